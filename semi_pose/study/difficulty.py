"""How accurate a network is on pictures that are made harder (paper, Figure 5)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
import torch
from mmengine.evaluator import Evaluator
from mmpose.models import TopdownPoseEstimator
from mmpose.registry import TRANSFORMS
from torch.utils.data import DataLoader

from semi_pose.analysis.accuracy import build_evaluator, validation_loader
from semi_pose.evaluation.samples import own_randomness
from semi_pose.models.heatmaps import View, predict_view
from semi_pose.recipes.kinds import dicts
from semi_pose.runs.logs import network_metrics
from semi_pose.study.checkpoints import SEED, load_last, recorded_config
from semi_pose.study.plan import Method, Trial

Augmentations = dict[str, dict[str, Any]]


class Difficulty(NamedTuple):
    """What was measured."""

    tested: str  # the run whose network 1 was tested
    settings: Augmentations
    accuracy: pd.DataFrame  # percent, by augmentation (rows) and metric


def find_augmentations(methods: Sequence[Method]) -> Augmentations:
    """Find the hard views of a study, the paper's where it has none.

    Returns:
        dict[str, dict]: Configs of HardAffine, RandAugment and JointCutout, the first
        that a method with easy-hard pairs has, by type.
    """
    found = {}
    for method in methods:
        model = method.trials[0].run.cfg.model
        for node in dicts(model) if method.easy_hard else ():
            found.setdefault(node.get('type'), dict(node))
    names = ('HardAffine', 'RandAugment', 'JointCutout')
    return {name: found.get(name, dict(type=name)) for name in names}


def make_views(augmentations: Augmentations) -> dict[str, View]:
    """Build the views that are compared, by title, the easiest first."""
    affine, photometric, cutout = map(TRANSFORMS.build, augmentations.values())
    return {
        'none': [],
        'affine': [affine],
        'RandAugment': [photometric],
        'Joint Cutout': [cutout],
        'affine + RandAugment': [photometric, affine],
        'affine + Joint Cutout': [cutout, affine],
    }


def measure_difficulty(trial: Trial, augmentations: Augmentations) -> Difficulty:
    """Evaluate network 1 of a finished run under each augmentation."""
    cfg = recorded_config(trial)
    model = load_last(trial, cfg)
    loader = validation_loader(cfg)
    rows = {}
    for name, view in make_views(augmentations).items():
        for transform in view:
            if hasattr(transform, 'attach'):
                transform.attach(model.data_preprocessor)
        evaluator = build_evaluator(cfg.val_evaluator, loader)
        with own_randomness(SEED, model.data_preprocessor.device):
            metrics = evaluate_view(model, loader, evaluator, view)
        (rows[name],) = network_metrics(metrics).values()
    accuracy = 100 * pd.DataFrame.from_dict(rows, orient='index')
    return Difficulty(trial.name, augmentations, accuracy)


@torch.no_grad()
def evaluate_view(
    model: TopdownPoseEstimator, loader: DataLoader, evaluator: Evaluator, view: View
) -> dict[str, float]:
    """Evaluate a model on augmented images, its joints in the frame of the plain ones.

    Returns:
        dict[str, float]: Metrics by name.
    """
    for batch in loader:
        data = model.data_preprocessor(batch, False)
        heatmaps = predict_view(model, data['inputs'], view)
        samples = model.add_pred_to_datasample(
            model.head.decode(heatmaps), None, data['data_samples']
        )
        evaluator.process(samples, batch)
    return evaluator.evaluate(len(loader.dataset))
