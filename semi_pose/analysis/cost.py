"""Operations of a training, counted from shapes without computing anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS
from torch.utils.flop_counter import FlopCounterMode, conv_flop_count

from semi_pose.models import DualPoseEstimator
from semi_pose.models.heatmaps import Network, predict_heatmaps
from semi_pose.recipes.reading import read_config


@dataclass(frozen=True)
class Cost:
    """What a recipe computes.

    Attributes:
        flops (float): Floating-point operations per pair (a labeled sample and the
            unlabeled ones with it) of a training step, forward and backward; a
            multiply-add is two.
        pairs (int): Pairs in the whole training.
    """

    flops: float
    pairs: int

    def hours(self, tflops: float) -> float:
        """Estimate the hours of one device.

        Args:
            tflops (float): 10^12 operations per second that it reaches in practice.

        Returns:
            float: Hours.
        """
        return self.flops * self.pairs / (tflops * 1e12) / 3600


def count_cost(config: str, labeled: int, unlabeled: int) -> Cost:
    """Count what a recipe computes in training.

    Args:
        config (str): A recipe, supervised or semi-supervised.
        labeled (int): Labeled people, one epoch of a supervised recipe.
        unlabeled (int): Unlabeled people, one epoch of a semi-supervised recipe.
            Recipes that count steps use neither.

    Returns:
        Cost: Operations and pairs.
    """
    recipe = read_config(config)
    init_default_scope(recipe.get('default_scope', 'mmpose'))
    loop, loader = recipe.train_cfg, recipe.train_dataloader
    if 'max_iters' in loop:
        pairs = loop.max_iters * loader.batch_size
    else:
        is_semi = loader.dataset.type == 'SemiDataset'
        epoch = -(-unlabeled // unlabeled_share(recipe)) if is_semi else labeled
        pairs = loop.max_epochs * epoch
    return Cost(count_step(recipe), pairs)


def count_step(recipe: Config) -> float:
    """Count the operations of a training step of one pair."""
    share = unlabeled_share(recipe)
    # Tensors on the meta device have shapes but no data.
    model = MODELS.build(recipe.model).to('meta')
    networks = getattr(model, 'networks', (model,))
    backward = {torch.ops.aten.convolution_backward: _conv_backward}
    with FlopCounterMode(display=False, custom_mapping=backward) as counter:
        for network in networks:
            _pass(network, recipe, 1)
        if isinstance(model, DualPoseEstimator):
            with torch.no_grad():
                for teacher in model.teachers:
                    _pass(teacher, recipe, share)
            for student in networks * len(model.paths):
                _pass(student, recipe, share)
    return counter.get_total_flops()


def _conv_backward(grad: list, x: list, weight: list, *rest: Any, **_: Any) -> int:
    """Count a convolution's backward; torch ignores the groups of grouped ones.

    Each gradient, of the input and of the weights, takes as much as the forward.
    """
    transposed, wanted = rest[4], rest[7]
    return conv_flop_count(x, weight, grad, transposed) * sum(wanted[:2])


def unlabeled_share(recipe: Config) -> int:
    """Return how many unlabeled samples come with a labeled one."""
    return recipe.train_dataloader.dataset.get('unlabeled_per_labeled', 1)


def _pass(network: Network, recipe: Config, batch_size: int) -> None:
    width, height = recipe.model.head.decoder.input_size
    images = torch.empty(batch_size, 3, height, width, device='meta')
    heatmaps = predict_heatmaps(network, images)
    if heatmaps.requires_grad:
        heatmaps.sum().backward()
