"""What a study measures itself, on the last checkpoints of its runs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import torch
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.runner import Runner
from mmpose.models import TopdownPoseEstimator
from mmpose.registry import TRANSFORMS
from torch import Tensor
from torch.utils.data import DataLoader

from semi_pose.analysis.networks import build_pairs, load_networks
from semi_pose.evaluation.collapse import measure_collapse, own_randomness
from semi_pose.evaluation.samples import unlabeled_batches
from semi_pose.geometry import invert_theta, warp
from semi_pose.models.hard_pipeline import HardView
from semi_pose.models.heatmaps import predict_heatmaps
from semi_pose.recipes.kinds import is_semi, nodes
from semi_pose.recipes.reading import load_recipe
from semi_pose.runs.logs import network_metrics
from semi_pose.study.plan import Method, Trial

NUM = 64
SEED = 0
Augmentations = dict[str, dict[str, Any]]


def recorded_config(trial: Trial) -> Config:
    """Read the config that a run was or will be trained with; look for its data."""
    run = trial.run
    path = run.recorded if run.recorded.exists() else run.cfg.filename
    return load_recipe(str(path), str(run.data_root) if run.data_root else None)


def measure_heatmaps(methods: Sequence[Method]) -> dict[Trial, dict[str, float]]:
    """Measure the last checkpoints' heatmaps on the same images.

    Args:
        methods (Sequence[Method]): The study's methods.

    Returns:
        dict[Trial, dict[str, float]]: What CollapseMonitor logs, by run; the images
        are those of the first recipe with easy-hard pairs, or else of the first
        semi-supervised one. Empty if there is none.
    """
    semi = [one for one in methods if is_semi(one.trials[0].run.cfg)]
    if not semi:
        return {}
    source = max(semi, key=lambda method: method.easy_hard).trials[0]
    data = build_pairs(recorded_config(source))
    trials = [one for method in methods for one in method.trials if one.done]
    with own_randomness(SEED, torch.device('cpu')):
        samples = [
            next(unlabeled_batches(part, NUM, SEED, NUM))
            for part in (data.unlabeled, data.labeled)
        ]
    measured = {}
    for trial in trials:
        cfg = recorded_config(trial)
        model = load_networks(cfg, str(trial.run.checkpoint))
        measured[trial] = measure_collapse(model, *samples, seed=SEED)
    return measured


def find_augmentations(methods: Sequence[Method]) -> Augmentations:
    """Find the hard views of a study, the paper's where it has none.

    Args:
        methods (Sequence[Method]): The study's methods.

    Returns:
        dict[str, dict]: Configs of HardAffine, RandAugment and JointCutout, the first
        that a method with easy-hard pairs has, by type.
    """
    found = {}
    for method in methods:
        cfg = method.trials[0].run.cfg
        if not (method.easy_hard and is_semi(cfg)):
            continue
        for _, node in nodes(cfg.model, 'model'):
            found.setdefault(node.get('type'), dict(node))
    names = ('HardAffine', 'RandAugment', 'JointCutout')
    return {name: found.get(name, dict(type=name)) for name in names}


def make_views(augmentations: Augmentations) -> dict[str, list]:
    """Build the views that are compared, the easiest first.

    Args:
        augmentations (dict[str, dict]): See :func:`find_augmentations`.

    Returns:
        dict[str, list]: Batch transforms by title.
    """
    affine, photometric, cutout = map(TRANSFORMS.build, augmentations.values())
    return {
        'none': [],
        'affine': [affine],
        'RandAugment': [photometric],
        'Joint Cutout': [cutout],
        'affine + RandAugment': [photometric, affine],
        'affine + Joint Cutout': [cutout, affine],
    }


def measure_difficulty(
    trial: Trial, augmentations: Augmentations
) -> dict[str, dict[str, float]]:
    """Evaluate network 1 of a run under each augmentation (paper, Figure 5).

    Args:
        trial (Trial): A finished run.
        augmentations (dict[str, dict]): See :func:`find_augmentations`.

    Returns:
        dict[str, dict[str, float]]: accuracy in percent by augmentation.
    """
    cfg = recorded_config(trial)
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    model = load_networks(cfg, str(trial.run.checkpoint)).to(device)
    loader = dict(cfg.val_dataloader, num_workers=0, persistent_workers=False)
    accuracies = {}
    # The metrics print.
    with redirect_stdout(StringIO()):
        loader = Runner.build_dataloader(loader)
        for name, view in make_views(augmentations).items():
            for transform in view:
                if hasattr(transform, 'attach'):
                    transform.attach(model.data_preprocessor)
            evaluator = Evaluator(cfg.val_evaluator)
            evaluator.dataset_meta = loader.dataset.metainfo
            with own_randomness(SEED, device):
                metrics = evaluate_view(model, loader, evaluator, view)
            (values,) = network_metrics(metrics).values()
            accuracies[name] = {key: 100 * value for key, value in values.items()}
    return accuracies


@torch.no_grad()
def evaluate_view(
    model: TopdownPoseEstimator, loader: DataLoader, evaluator: Evaluator, view: list
) -> dict[str, float]:
    """Evaluate a model on augmented images, its joints in the frame of the plain ones.

    Args:
        model (TopdownPoseEstimator): In evaluation mode.
        loader (DataLoader): Validation data.
        evaluator (Evaluator): Its metrics.
        view (list): The augmentation, batch transforms.

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


def predict_view(model: TopdownPoseEstimator, images: Tensor, view: list) -> Tensor:
    """Predict heatmaps on augmented images.

    Args:
        model (TopdownPoseEstimator): In evaluation mode.
        images (Tensor): (B, C, H, W), normalized.
        view (list): The augmentation, batch transforms.

    Returns:
        Tensor: (B, K, h, w) in the frame of the given images; what the augmentation
        moved out of the picture is 0.
    """
    heatmaps = predict_heatmaps(model, images)
    hard = HardView(images.unsqueeze(0), heatmaps.unsqueeze(0))
    for transform in view:
        hard = transform(hard)
    heatmaps = predict_heatmaps(model, hard.images[0])
    return heatmaps if hard.frame is None else warp(heatmaps, invert_theta(hard.frame))
