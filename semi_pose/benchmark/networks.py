"""What the step's benchmarks compute on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData, PixelData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor

from semi_pose.models import DualPoseEstimator
from semi_pose.models.heatmaps import predict_heatmaps
from semi_pose.recipes.reading import read_config

Network = Callable[[Tensor], Tensor]


def device() -> str:
    """Return the device that is there: 'cuda' or 'cpu'."""
    return 'cuda' if torch.cuda.is_available() else 'cpu'


def read_recipe(path: str) -> Config:
    """Read a semi-supervised recipe; its networks start from random weights.

    Args:
        path (str): Config file.

    Returns:
        Config: The recipe.
    """
    cfg = read_config(path)
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    cfg.model.backbone.init_cfg = None
    return cfg


def build_model(recipe: Config) -> DualPoseEstimator:
    """Build a recipe's model for training, the same weights at each call."""
    torch.manual_seed(0)
    return MODELS.build(recipe.model).train().to(device())


def make_batch(recipe: Config, batch_size: int, seed: int = 0) -> dict[str, Any]:
    """Make a batch of noise pictures, as the data loader gives it.

    Args:
        recipe (Config): The recipe.
        batch_size (int): B labeled and B unlabeled samples.
        seed (int): Seed of the noise.

    Returns:
        dict: ``inputs`` and ``data_samples`` by branch, ``sup`` and ``easy``.
    """
    generator = torch.Generator().manual_seed(seed)
    width, height = recipe.codec.input_size
    joints = recipe.model.head.out_channels
    w, h = recipe.codec.heatmap_size
    batch: dict[str, Any] = dict(inputs={}, data_samples={})
    for branch in ('sup', 'easy'):
        images = torch.randint(
            256, (batch_size, 3, height, width), generator=generator, dtype=torch.uint8
        )
        heatmaps = torch.rand(batch_size, joints, h, w, generator=generator)
        batch['inputs'][branch] = list(images)
        batch['data_samples'][branch] = [_sample(one) for one in heatmaps]
    return batch


def _sample(heatmaps: Tensor) -> PoseDataSample:
    sample = PoseDataSample()
    sample.gt_fields = PixelData(heatmaps=heatmaps)
    sample.gt_instance_labels = InstanceData(
        keypoint_weights=torch.ones(1, len(heatmaps))
    )
    return sample


class BarePasses:
    """The passes that a step cannot do without, and the optimiser's step.

    For each network: a labeled pass, an easy one without gradient and a hard
    one; the mean square errors; one backward pass. Images are normalised and
    on the device beforehand, and the hard view is the easy one.

    Args:
        recipe (Config): A semi-supervised recipe.
        batch (dict): As :func:`make_batch` makes it.
        precision (torch.dtype): float32, or what convolutions are cast to.
        channels_last (bool): Memory layout.
        compiled (bool): Compile the networks by torch.compile.
    """

    def __init__(
        self,
        recipe: Config,
        batch: dict[str, Any],
        precision: torch.dtype = torch.float32,
        channels_last: bool = False,
        compiled: bool = False,
    ) -> None:
        self.model = build_model(recipe)
        if channels_last:
            self.model.to(memory_format=torch.channels_last)
        self.networks: list[Network] = [
            partial(predict_heatmaps, net) for net in self.model.networks
        ]
        if compiled:
            self.networks = [torch.compile(network) for network in self.networks]
        self.optimizer = build_optim_wrapper(self.model, recipe.optim_wrapper).optimizer
        data = self.model.data_preprocessor(batch, training=True)
        self.images = data['inputs']
        self.labels = torch.stack(
            [one.gt_fields.heatmaps for one in data['data_samples']['sup']]
        ).to(device())
        self.precision = precision

    def step(self) -> None:
        """Train for one step."""
        with self._autocast():
            loss = self._loss()
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def _autocast(self) -> Any:
        if self.precision == torch.float32:
            return nullcontext()
        return torch.autocast(device(), dtype=self.precision)

    def _loss(self) -> Tensor:
        labeled, easy = self.images['sup'], self.images['easy']
        loss = sum(F.mse_loss(net(labeled), self.labels) for net in self.networks)
        with torch.no_grad():
            teachers = [net(easy) for net in self.networks]
        pairs = zip(self.networks, reversed(teachers), strict=True)
        return loss + sum(F.mse_loss(net(easy), target) for net, target in pairs)
