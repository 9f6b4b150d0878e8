"""The method in pictures: what teacher and student see and predict."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from torch import Tensor

from semi_pose.datasets import SemiDataset
from semi_pose.evaluation.samples import normalized_images, unlabeled_batches
from semi_pose.geometry import heatmap_peaks
from semi_pose.models import DualPoseEstimator
from semi_pose.models.data_preprocessor import to_rgb_pixels
from semi_pose.models.heatmaps import predict_heatmaps

TITLES = (
    "easy view, with\nthe teacher's joints",
    "teacher's heatmaps",
    'hard view:\nwhat the student sees',
    "target: teacher's heatmaps\nmoved to the hard view",
    "student's heatmaps:\nto be fitted to the target",
)
MIN_PEAK = 0.2
DPI = 110


class Views(NamedTuple):
    """One batch as network 1, the student, and its teacher see it.

    Attributes:
        easy (ndarray): (B, H, W, 3) RGB, uint8: the easy view.
        teacher (ndarray): (B, K, h, w) the teacher's heatmaps on the easy view.
        hard (ndarray): (B, H, W, 3) RGB, uint8: the hard view.
        target (ndarray): (B, K, h, w) what the student should predict there.
        student (ndarray): (B, K, h, w) what it predicts.
    """

    easy: np.ndarray
    teacher: np.ndarray
    hard: np.ndarray
    target: np.ndarray
    student: np.ndarray


@torch.no_grad()
def compose_views(model: DualPoseEstimator, batch: dict[str, Any]) -> Views:
    """Compose the views of one step with the model's own hard pipeline.

    Args:
        model (DualPoseEstimator): A trained model in evaluation mode.
        batch (dict): An unlabeled batch, before the data preprocessor.

    Returns:
        Views: For network 1 as the student.
    """
    easy, _, targets, hard = model.make_lesson(normalized_images(model, batch))
    return Views(
        _pixels(model, easy),
        targets[0].numpy(),
        _pixels(model, hard.images[0]),
        hard.heatmaps[0].numpy(),
        predict_heatmaps(model, hard.images[0]).numpy(),
    )


def _pixels(model: DualPoseEstimator, images: Tensor) -> np.ndarray:
    """Undo the normalization; exact zeros, cut out or outside, are black."""
    pixels = to_rgb_pixels(model.data_preprocessor, images)
    empty = (images == 0).all(1, keepdim=True).float()
    # Include the border of one pixel that the warp blends with the image.
    pixels = pixels * (1 - F.max_pool2d(empty, 3, stride=1, padding=1)).byte()
    return pixels.permute(0, 2, 3, 1).numpy()


def draw_views(views: Views, links: list[tuple[int, int]]) -> Figure:
    """Draw a row for each sample.

    Args:
        views (Views): B samples.
        links (list[tuple[int, int]]): Pairs of joints that are linked.

    Returns:
        Figure: B rows of five pictures.
    """
    rows = len(views.easy)
    figure = Figure(figsize=(8.6, 0.55 + 2.25 * rows), layout='constrained')
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
    grid = figure.subplots(rows, len(TITLES), squeeze=False)
    for axes, title in zip(grid[0], TITLES, strict=True):
        axes.set_title(title, fontsize=9)
    for axes in grid.flat:
        axes.set_axis_off()
    for row, sample in zip(grid, zip(*views, strict=True), strict=True):
        _draw_row(row, Views(*sample), links)
    return figure


def _draw_row(row: np.ndarray, views: Views, links: list[tuple[int, int]]) -> None:
    stride = views.easy.shape[0] / views.teacher.shape[-2]
    top = max(views.teacher.max(), views.target.max(), MIN_PEAK)
    row[0].imshow(views.easy)
    _draw_joints(row[0], views.teacher, stride, links)
    _draw_heatmaps(row[1], views.easy, views.teacher, top)
    row[2].imshow(views.hard)
    _draw_heatmaps(row[3], views.hard, views.target, top)
    _draw_heatmaps(row[4], views.hard, views.student, top)


def _draw_joints(
    axes: Axes, heatmaps: np.ndarray, stride: float, links: list[tuple[int, int]]
) -> None:
    # The center of the heatmap pixel, in image pixels.
    peaks = (heatmap_peaks(torch.from_numpy(heatmaps)).numpy() + 0.5) * stride - 0.5
    seen = heatmaps.max((1, 2)) > MIN_PEAK
    lines = [peaks[list(link)] for link in links if seen[list(link)].all()]
    axes.add_collection(LineCollection(lines, colors='white', linewidths=1.2))
    axes.scatter(*peaks[seen].T, s=14, c='tab:red', edgecolors='white', linewidths=0.6)


def _draw_heatmaps(
    axes: Axes, image: np.ndarray, heatmaps: np.ndarray, top: float
) -> None:
    height, width = image.shape[:2]
    strongest = heatmaps.max(0).clip(0) / top
    axes.imshow(image.mean(-1), cmap='gray', vmin=0, vmax=255)
    axes.imshow(
        strongest,
        cmap='inferno',
        vmin=0,
        vmax=1,
        alpha=0.25 + 0.75 * strongest.clip(0, 1),
        extent=(-0.5, width - 0.5, height - 0.5, -0.5),
        interpolation='bilinear',
    )


def save_views(
    model: DualPoseEstimator,
    pairs: SemiDataset,
    path: Path,
    num: int = 4,
    seed: int = 0,
) -> None:
    """Draw the views of some unlabeled people into a file.

    Args:
        model (DualPoseEstimator): A trained model in evaluation mode.
        pairs (SemiDataset): The recipe's data.
        path (Path): Picture to write.
        num (int): How many people.
        seed (int): Seed of the choice of people and of the views.
    """
    torch.manual_seed(seed)
    (batch,) = unlabeled_batches(pairs.unlabeled, num, seed, batch_size=num)
    figure = draw_views(compose_views(model, batch), pairs.metainfo['skeleton_links'])
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=DPI)
