"""Heatmaps of a network, plain and averaged over flips."""

from mmpose.models import TopdownPoseEstimator
from mmpose.models.utils.tta import flip_heatmaps
from torch import Tensor

from semi_pose.models.teachers import Follower

Network = TopdownPoseEstimator | Follower


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
