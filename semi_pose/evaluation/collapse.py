"""Measures of the collapse on fixed samples, without effect on the training."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from mmpose.models import TopdownPoseEstimator
from torch import Tensor, nn

from semi_pose.evaluation.samples import normalized_images, own_randomness
from semi_pose.geometry import heatmap_peaks
from semi_pose.models import DualPoseEstimator
from semi_pose.models.heatmaps import predict_heatmaps, still_shown

# Inner edges of the 5 bins of heatmap values (supplement, Figure 9).
EDGES = (0.2, 0.4, 0.6, 0.8)
THRESHOLD = 0.2  # a lower peak counts as no joint
RATIO = 0.5  # of the peak on labeled images: less is a collapse


class Verdict(NamedTuple):
    """Whether heatmaps have collapsed.

    Attributes:
        response (float): The mean peak on unlabeled images, of the weakest teacher.
        labeled (float): The highest mean peak on labeled images.
        collapsed (bool): See :func:`has_collapsed`.
    """

    response: float
    labeled: float
    collapsed: bool


def has_collapsed(
    response: float,
    labeled: float,
    threshold: float = THRESHOLD,
    ratio: float = RATIO,
) -> bool:
    """Judge the mean peak on unlabeled images.

    From scratch all heatmaps drop at first, also on labeled images. Until these show
    joints, the ratio compares noise with noise.

    Args:
        response (float): The mean peak on unlabeled images.
        labeled (float): The highest mean peak on labeled images so far.
        threshold (float): A lower peak counts as no joint.
        ratio (float): The limit, as a share of ``labeled``.

    Returns:
        bool: Whether it has collapsed.
    """
    return labeled >= threshold and response < ratio * labeled


def judge_collapse(measured: Sequence[dict[str, float]], **limits: float) -> Verdict:
    """Judge the end of a run.

    Args:
        measured (Sequence[dict]): What :func:`measure_collapse` returned in the run, at
            least once, the last at its end.
        **limits (float): ``threshold`` and ``ratio`` of :func:`has_collapsed`.

    Returns:
        Verdict: Whether the heatmaps have collapsed then.
    """
    labeled = max(one['collapse/labeled_response'] for one in measured)
    lowest = min(v for key, v in measured[-1].items() if key.endswith('/response'))
    return Verdict(lowest, labeled, has_collapsed(lowest, labeled, **limits))


@torch.no_grad()
def measure_collapse(
    model: TopdownPoseEstimator,
    unlabeled: dict[str, Any],
    labeled: dict[str, Any],
    threshold: float = THRESHOLD,
    seed: int = 0,
) -> dict[str, float]:
    """Measure how far a model has collapsed, in evaluation mode and in float32.

    Training is not affected: the modes of all modules, batch norm statistics and
    random states stay as they were.

    Args:
        model (TopdownPoseEstimator): A stock model or a DualPoseEstimator. Teachers
            are measured on the easy view, students on the hard view, which a
            stock model does not have.
        unlabeled (dict): ``inputs`` and ``data_samples`` of B samples, before the data
            preprocessor.
        labeled (dict): The same of labeled samples, with ground-truth heatmaps.
        threshold (float): A lower peak counts as no joint.
        seed (int): Seed of the hard view: the same one at each measurement.

    Returns:
        dict[str, float]: By the keys that docs/collapse.md lists.
    """
    with evaluating(model), own_randomness(seed, model.data_preprocessor.device):
        if isinstance(model, DualPoseEstimator):
            heatmaps, values = _measure_views(model, unlabeled)
            teachers = model.teachers[: len(model.peers)]
        else:
            teachers, values = [model], {}
            images = normalized_images(model, unlabeled)
            heatmaps = predict_heatmaps(model, images).unsqueeze(0)
        images = normalized_images(model, labeled)
        labeled_peaks = [
            predict_heatmaps(teacher, images).amax((-2, -1)) for teacher in teachers
        ]
    peaks = heatmaps.amax((-2, -1))
    values['response'] = peaks.mean()
    values['below_threshold'] = (peaks < threshold).float().mean()
    values['labeled_response'] = torch.stack(labeled_peaks).mean()
    truth = torch.stack([one.gt_fields.heatmaps for one in labeled['data_samples']])
    for name, maps in (('hist', heatmaps), ('gt_hist', truth)):
        shares = value_shares(maps).to(peaks.device)
        values.update({f'{name}_{i}': share for i, share in enumerate(shares)})
    if len(peaks) > 1:
        means = enumerate(peaks.mean((1, 2)), 1)
        values.update({f'net{number}/response': mean for number, mean in means})
    numbers = torch.stack(list(values.values())).tolist()
    return {f'collapse/{key}': n for key, n in zip(values, numbers, strict=True)}


def _measure_views(
    model: DualPoseEstimator, batch: dict[str, Any]
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the teachers' heatmaps (S, B, K, h, w), and how students compare."""
    lesson = model.make_lesson(normalized_images(model, batch))
    students = torch.stack(model.predict_students(lesson.hard))
    easy_targets = lesson.targets.repeat(len(model.paths), 1, 1, 1, 1)
    gap, distance = view_gap(easy_targets, lesson.hard.heatmaps, students)
    response = students.amax((-2, -1)).mean()
    values = dict(response_hard=response, gap=gap, distance=distance)
    return lesson.teachers[: len(model.peers)], values


def view_gap(
    teachers: Tensor, targets: Tensor, students: Tensor
) -> tuple[Tensor, Tensor]:
    """Compare teachers on the easy view with their students on the hard one.

    Joints that the hard view no longer shows are left out.

    Args:
        teachers (Tensor): (..., K, h, w) heatmaps on the easy view.
        targets (Tensor): (..., K, h, w), the same in the hard view's frame.
        students (Tensor): (..., K, h, w) heatmaps on the hard view.

    Returns:
        tuple[Tensor, Tensor]: Means over joints of the teacher's peak value minus the
        student's, and of the distance between the peaks of target and student, as a
        share of the heatmap's diagonal.
    """
    shown = still_shown(teachers, targets).float()
    shown /= shown.sum().clamp(min=1)
    difference = teachers.amax((-2, -1)) - students.amax((-2, -1))
    offset = (heatmap_peaks(targets) - heatmap_peaks(students)).float()
    diagonal = float(np.hypot(*targets.shape[-2:]))
    return (shown * difference).sum(), (shown * offset.norm(dim=-1)).sum() / diagonal


def value_shares(heatmaps: Tensor) -> Tensor:
    """Compute the shares of heatmap pixels by value (supplement, Figure 9).

    Args:
        heatmaps (Tensor): Any shape.

    Returns:
        Tensor: (5,) shares of the values below 0.2, from 0.2 to 0.4, and so on, and of
        those from 0.8; their sum is 1.
    """
    counts = torch.stack([(heatmaps >= edge).sum() for edge in EDGES])
    reached = counts / heatmaps.numel()
    one, zero = reached.new_ones(1), reached.new_zeros(1)
    return torch.cat([one, reached]) - torch.cat([reached, zero])


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put a model into evaluation mode, and restore the mode of each module afterwards.

    Args:
        model (Module): The model.
    """
    # Not by train(), which some backbones override: norm_eval, frozen stages.
    modes = {module: module.training for module in model.modules()}
    try:
        for module in modes:
            module.training = False
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
