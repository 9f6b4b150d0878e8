"""The method in pictures: what teacher and student see and predict."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import mmcv
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from mmpose.models import TopdownPoseEstimator
from mmpose.structures import PoseDataSample
from torch import Tensor

from semi_pose.analysis.pictures import Picture, draw_pictures, peak_joints
from semi_pose.datasets import SemiDataset
from semi_pose.evaluation.collapse import evaluating
from semi_pose.evaluation.samples import draw_batch, normalized_images, own_randomness
from semi_pose.models import DualPoseEstimator
from semi_pose.models.data_preprocessor import to_rgb_pixels
from semi_pose.models.hard_pipeline import CutOcclude, HardView, JointCutout
from semi_pose.models.heatmaps import predict_heatmaps

# Of pictures, one row for each person.
Rows = list[list[Picture]]
# Transforms that look for joints in the teacher's heatmaps.
NEED_JOINTS = (CutOcclude, JointCutout)
JOINTS = "easy view, with\nthe teacher's joints"


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
        _array(targets[0]),
        _pixels(model, hard.images[0]),
        _array(hard.heatmaps[0]),
        _array(predict_heatmaps(model, hard.images[0])),
    )


def lesson_pictures(model: DualPoseEstimator, batch: dict[str, Any]) -> Rows:
    """Show what trained networks teach each other on unlabeled people.

    Args:
        model (DualPoseEstimator): In evaluation mode.
        batch (dict): An unlabeled batch, before the data preprocessor.

    Returns:
        Rows: Five of each person.
    """
    return [
        [
            Picture(JOINTS, easy, joints=peak_joints(teacher, len(easy))),
            Picture("teacher's heatmaps\non the easy view", easy, teacher),
            Picture('hard view:\nwhat the student sees', hard),
            Picture("target: teacher's heatmaps\nmoved to the hard view", hard, target),
            Picture("student's heatmaps:\nto be fitted to the target", hard, student),
        ]
        for easy, teacher, hard, target, student in zip(
            *compose_views(model, batch), strict=True
        )
    ]


@torch.no_grad()
def unlabeled_pictures(model: DualPoseEstimator, batch: dict[str, Any]) -> Rows:
    """Show the inputs of unlabeled people, without any prediction.

    Args:
        model (DualPoseEstimator): Whose hard pipeline is used, not its weights.
        batch (dict): An unlabeled batch, before the data preprocessor.

    Returns:
        Rows: Three of each person. The hard view lacks what
        needs a teacher's joints, and its caption says so.
    """
    images = normalized_images(model, batch)
    easy, _ = model.make_easy_view(images)
    no_joints = images.new_zeros(1, len(images), 1, *_quarter(images))
    view, left_out = HardView(images.unsqueeze(0), no_joints), []
    for transform in [*model.paths[0], *model.hard_pipeline]:
        if isinstance(transform, NEED_JOINTS):
            left_out.append(type(transform).__name__)
        else:
            view = transform(view)
    note = f'without {", ".join(left_out)}' if left_out else 'what the student sees'
    pictures = zip(_pixels(model, easy), _pixels(model, view.images[0]), strict=True)
    return [
        [
            _whole_picture('unlabeled picture,\nwith the box', sample),
            Picture('easy view:\nwhat the teacher sees', easy),
            Picture(f'hard view,\n{note}', hard),
        ]
        for sample, (easy, hard) in zip(batch['data_samples'], pictures, strict=True)
    ]


@torch.no_grad()
def labeled_pictures(
    model: TopdownPoseEstimator, batch: dict[str, Any], is_trained: bool
) -> Rows:
    """Show labeled people, their targets, and hard views of them.

    Args:
        model (TopdownPoseEstimator): In evaluation mode. Hard views need a
            DualPoseEstimator.
        batch (dict): A labeled batch with target heatmaps, before the preprocessor.
        is_trained (bool): Whether to show what network 1 predicts. If not, hard views
            are made with the targets in the place of a teacher's heatmaps.

    Returns:
        Rows: Those of each person.
    """
    samples = batch['data_samples']
    images = normalized_images(model, batch)
    targets = torch.stack([one.gt_fields.heatmaps for one in samples]).to(images)
    columns = [
        [
            _whole_picture('labeled picture, with\nbox and joints', one)
            for one in samples
        ],
        _column("input, with the\ntargets' joints", model, images, targets, peaks=True),
        _column('target heatmaps,\nfrom the labels', model, images, targets),
    ]
    if is_trained:
        found = predict_heatmaps(model, images)
        columns.append(
            _column("network 1's heatmaps\non the input", model, images, found)
        )
    elif isinstance(model, DualPoseEstimator):
        hard = model.make_hard_view(HardView(images.unsqueeze(0), targets.unsqueeze(0)))
        pair = hard.images[0], hard.heatmaps[0]
        columns += [
            _column('hard view, with the labels\nas the teacher', model, pair[0]),
            _column('target: the labels moved\nto the hard view', model, *pair),
        ]
    return [list(row) for row in zip(*columns, strict=True)]


def _column(
    caption: str,
    model: TopdownPoseEstimator,
    images: Tensor,
    heatmaps: Tensor | None = None,
    peaks: bool = False,
) -> Iterator[Picture]:
    """Yield a picture of each person; ``peaks`` draws joints in place of heatmaps."""
    maps = [None] * len(images) if heatmaps is None else _array(heatmaps)
    for image, one in zip(_pixels(model, images), maps, strict=True):
        if peaks:
            yield Picture(caption, image, joints=peak_joints(one, len(image)))
        else:
            yield Picture(caption, image, one)


def _whole_picture(caption: str, sample: PoseDataSample) -> Picture:
    """Show the whole picture of a sample, with its box and its labeled joints."""
    image = mmcv.imread(sample.img_path, channel_order='rgb')
    truth = sample.gt_instances
    box, joints = np.array(truth.bboxes[0]), None
    if 'keypoints' in truth:
        joints = np.array(truth.keypoints[0], dtype=float)
        joints[truth.keypoints_visible[0] <= 0] = np.nan
    if sample.get('flip'):  # they were turned round together with the crop
        last = image.shape[1] - 1
        box[[0, 2]] = last - box[[2, 0]]
        if joints is not None:
            joints[:, 0] = last - joints[:, 0]
            joints = joints[sample.flip_indices]
    return Picture(caption, image, joints=joints, box=box)


def _pixels(model: TopdownPoseEstimator, images: Tensor) -> np.ndarray:
    """Undo the normalization; areas of exact zeros, cut out or outside, are black."""
    pixels = to_rgb_pixels(model.data_preprocessor, images)
    filled = (images != 0).any(1, keepdim=True).float()
    # Not the pixels here and there that have the mean color.
    empty = 1 - F.max_pool2d(filled, 3, stride=1, padding=1)
    # Include the border of one pixel that the warp blends with the image.
    pixels = pixels * (1 - F.max_pool2d(empty, 5, stride=1, padding=2)).byte()
    return _array(pixels.permute(0, 2, 3, 1))


def _array(values: Tensor) -> np.ndarray:
    return values.cpu().numpy()


def _quarter(images: Tensor) -> list[int]:
    return [side // 4 for side in images.shape[-2:]]


def draw_people(
    model: TopdownPoseEstimator,
    batch: dict[str, Any],
    links: list[tuple[int, int]],
    labeled: bool = False,
    is_trained: bool = True,
    seed: int = 0,
) -> Figure:
    """Draw a row for each person of a batch, without effect on the model.

    The modes of all modules, batch norm statistics and random states stay as they were.

    Args:
        model (TopdownPoseEstimator): The model; of unlabeled people, a
            DualPoseEstimator.
        batch (dict): ``inputs`` and ``data_samples``, before the data preprocessor.
        links (list[tuple[int, int]]): Pairs of joints that are linked.
        labeled (bool): Whether they are labeled people, with target heatmaps.
        is_trained (bool): Whether to show what the networks predict.
        seed (int): Seed of the hard views.

    Returns:
        Figure: The rows.
    """
    with evaluating(model), own_randomness(seed, model.data_preprocessor.device):
        if labeled:
            rows = labeled_pictures(model, batch, is_trained)
        elif is_trained:
            rows = lesson_pictures(model, batch)
        else:
            rows = unlabeled_pictures(model, batch)
    return draw_pictures(rows, links)


def save_views(
    model: DualPoseEstimator,
    pairs: SemiDataset,
    path: Path,
    num: int = 4,
    seed: int = 0,
    labeled: bool = False,
    is_trained: bool = True,
) -> None:
    """Draw the views of some people into a file.

    Args:
        model (DualPoseEstimator): The model.
        pairs (SemiDataset): The recipe's data.
        path (Path): Picture to write.
        num (int): How many people.
        seed (int): Seed of the choice of people and of the views.
        labeled (bool): Whether to draw labeled people, or unlabeled ones.
        is_trained (bool): Whether to show what the networks predict.
    """
    batch = draw_batch(pairs.labeled if labeled else pairs.unlabeled, num, seed)
    links = pairs.metainfo['skeleton_links']
    figure = draw_people(model, batch, links, labeled, is_trained, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
