"""Heatmaps averaged over transformed copies of a crop (data distillation)."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from semi_pose.geometry import invert_theta, warp


def zoom_theta(scale: float, like: Tensor) -> Tensor:
    """Make the matrix that magnifies pictures about their centre.

    Args:
        scale (float): Factor > 0; above 1 the view shows a part, enlarged.
        like (Tensor): (B, ...), whose batch size, device and dtype are taken.

    Returns:
        Tensor: (B, 2, 3), output to input, normalised coordinates.
    """
    theta = torch.eye(2, 3, device=like.device, dtype=like.dtype) / scale
    return theta.expand(len(like), 2, 3)


def average_views(
    network: Callable[[Tensor], Tensor], images: Tensor, scales: Sequence[float]
) -> Tensor:
    """Average the heatmaps of scaled views in the frame of the images.

    At each pixel only those views count that cover it, by the share that they cover:
    zooming in neither lowers nor shifts joints at the rim. The warps are linear.

    Args:
        network (Callable): Images (B, C, H, W) to heatmaps (B, K, h, w).
        images (Tensor): (B, C, H, W).
        scales (Sequence[float]): Magnification of each view, > 0.

    Returns:
        Tensor: (B, K, h, w); 0 where no view covers a pixel.
    """
    total = weight = 0
    for scale in scales:
        theta = zoom_theta(scale, images)
        heatmaps = network(warp(images, theta))
        back = invert_theta(theta)
        total = total + warp(heatmaps, back)
        weight = weight + warp(torch.ones_like(heatmaps[:, :1]), back)
    return total / weight.clamp_min(torch.finfo(weight.dtype).eps)
