"""Heatmaps of a network: plain, averaged over flips, of hard views."""

from collections.abc import Callable, Sequence

import torch
from mmpose.models import TopdownPoseEstimator
from mmpose.models.utils.tta import flip_heatmaps
from torch import Tensor

from semi_pose.geometry import invert_theta, warp
from semi_pose.models.hard_pipeline import HardView
from semi_pose.models.teachers import Follower

Network = TopdownPoseEstimator | Follower
View = Sequence[Callable[[HardView], HardView]]


def predict_heatmaps(network: Network, images: Tensor) -> Tensor:
    """Compute heatmaps, with a gradient unless it is switched off.

    Of a network with several stages (Hourglass, CPM, MSPN) those of the last one, which
    is the one that MMPose tests.

    Args:
        network (TopdownPoseEstimator | Follower): The network; of a
            DualPoseEstimator network 1.
        images (Tensor): (B, C, H, W), normalized.

    Returns:
        Tensor: (B, K, h, w).
    """
    heatmaps = network(images, None)
    return heatmaps[-1] if isinstance(heatmaps, list) else heatmaps


def predict_flip_averaged(
    network: Network,
    images: Tensor,
    flip_indices: list[int],
    flip_mode: str = 'heatmap',
    shift_heatmap: bool = False,
) -> Tensor:
    """Compute heatmaps, averaged over the images and their mirror images.

    Args:
        network (TopdownPoseEstimator | Follower): The network.
        images (Tensor): (B, C, H, W), normalized.
        flip_indices (list[int]): For each joint its counterpart in the mirror.
        flip_mode (str): See MMPose's ``test_cfg``.
        shift_heatmap (bool): See MMPose's ``test_cfg``.

    Returns:
        Tensor: (B, K, h, w).
    """
    mirrored = flip_heatmaps(
        predict_heatmaps(network, images.flip(-1)),
        flip_indices=flip_indices,
        flip_mode=flip_mode,
        shift_heatmap=shift_heatmap,
    )
    return (predict_heatmaps(network, images) + mirrored) * 0.5


def predict_view(network: Network, images: Tensor, view: View) -> Tensor:
    """Predict heatmaps on augmented images.

    Args:
        network (TopdownPoseEstimator | Follower): The network, in evaluation mode.
        images (Tensor): (B, C, H, W), normalized.
        view (Sequence): Batch transforms.

    Returns:
        Tensor: (B, K, h, w) in the frame of the given images; what the augmentation
        moved out of the picture is 0.
    """
    easy = predict_heatmaps(network, images)
    return predict_hard(network, images, easy, view)[0] if view else easy


def predict_hard(
    network: Network, images: Tensor, easy: Tensor, view: View
) -> tuple[Tensor, Tensor]:
    """Predict heatmaps on a hard view, and map them back.

    Args:
        network (TopdownPoseEstimator | Follower): The network, in evaluation mode.
        images (Tensor): (B, C, H, W), normalized.
        easy (Tensor): (B, K, h, w), its heatmaps on them.
        view (Sequence): Batch transforms.

    Returns:
        tuple[Tensor, Tensor]: (B, K, h, w) in the frame of the given images, 0 where
        the view does not reach; (B, K), whether the view still shows the joint
        (:func:`still_shown`).
    """
    grid = getattr(network, 'grid', None)
    hard = HardView(images.unsqueeze(0), easy.unsqueeze(0), grid=grid)
    for transform in view:
        hard = transform(hard)
    heatmaps = predict_heatmaps(network, hard.images[0])
    if hard.frame is None:
        return heatmaps, heatmaps.new_ones(heatmaps.shape[:2], dtype=torch.bool)
    shown = still_shown(easy, warp(easy, hard.heatmap_frame))
    return warp(heatmaps, invert_theta(hard.heatmap_frame)), shown


def still_shown(easy: Tensor, hard: Tensor) -> Tensor:
    """Say which joints a hard view still shows.

    Args:
        easy (Tensor): (..., h, w) heatmaps on the easy view.
        hard (Tensor): (..., h, w), the same in the hard view's frame.

    Returns:
        Tensor: (...), bool: false where less than half of the easy peak is left, since
        the warp has moved the joint out of the picture.
    """
    return hard.amax((-2, -1)) >= easy.amax((-2, -1)) / 2
