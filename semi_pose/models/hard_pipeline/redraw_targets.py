"""Targets drawn again as plain Gaussians."""

import torch
from mmpose.registry import TRANSFORMS
from torch import Tensor

from semi_pose.geometry import invert_theta, subpixel_peaks
from semi_pose.models.hard_pipeline.hard_view import HardView


@TRANSFORMS.register_module()
class RedrawTargets:
    """Draw each target again at its peak, moved to the hard view by its coordinates.

    As ScarceNet (CVPR 2023) and UniFrame (ECCV 2022) make their targets. A warp by
    bilinear interpolation lowers a peak (to 0.91 on heatmaps of 24x32) and blurs what
    else a teacher shows; a drawn target does neither. Put it after HardAffine.

    Args:
        sigma (float): Standard deviation, heatmap pixels: that of the codec.
        threshold (float, optional): Peaks from this value on are drawn with height 1,
            the others not at all. By default each keeps the teacher's height.
    """

    def __init__(self, sigma: float = 2.0, threshold: float | None = None) -> None:
        self.sigma = sigma
        self.threshold = threshold

    def __call__(self, view: HardView) -> HardView:
        """Draw the targets.

        Args:
            view (HardView): Heatmaps (S, B, K, h, w) of the teachers.

        Returns:
            HardView: The same images; heatmaps in their frame.
        """
        heights = view.heatmaps.amax((-2, -1)).clamp_min(0)
        if self.threshold is not None:
            heights = (heights >= self.threshold).to(heights)
        size = view.heatmaps.shape[-2:]
        peaks = subpixel_peaks(view.heatmaps)
        if view.frame is not None:
            peaks = move_points(peaks, invert_theta(view.heatmap_frame), size)
        heatmaps = draw_gaussians(peaks, size, self.sigma) * heights[..., None, None]
        return view._replace(heatmaps=heatmaps, frame=None)


def move_points(points: Tensor, theta: Tensor, size: tuple[int, int]) -> Tensor:
    """Map points by affine matrices.

    Args:
        points (Tensor): (S, B, K, 2), (x, y), pixels.
        theta (Tensor): (B, 2, 3), from their normalized coordinates to the new ones.
        size (tuple[int, int]): Height and width in pixels.

    Returns:
        Tensor: (S, B, K, 2), (x, y), pixels, not rounded.
    """
    height, width = size  # Python's numbers, as a tensor of them waits for the device
    x, y = points.unbind(-1)
    # Centers of the corner pixels lie half a pixel inside (align_corners=False).
    normalized = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], -1)
    moved = normalized @ theta[:, :, :2].mT + theta[:, None, :, 2]
    x, y = moved.unbind(-1)
    return torch.stack([((x + 1) * width - 1) / 2, ((y + 1) * height - 1) / 2], -1)


def draw_gaussians(centers: Tensor, size: tuple[int, int], sigma: float) -> Tensor:
    """Draw heatmaps of height 1.

    Args:
        centers (Tensor): (..., 2), (x, y), heatmap pixels.
        size (tuple[int, int]): Height and width of a heatmap.
        sigma (float): Standard deviation, heatmap pixels.

    Returns:
        Tensor: (..., h, w).
    """
    height, width = (
        torch.arange(length, device=centers.device, dtype=centers.dtype)
        for length in size
    )
    columns = (width - centers[..., :1]) ** 2
    rows = (height - centers[..., 1:]) ** 2
    squares = rows.unsqueeze(-1) + columns.unsqueeze(-2)
    return torch.exp(-squares / (2 * sigma**2))
