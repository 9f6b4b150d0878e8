"""Joint Cutout, the paper's new augmentation."""

import torch
from mmpose.registry import TRANSFORMS
from torch import Tensor

from semi_pose.geometry import heatmap_peaks

from .hard_view import HardView


@TRANSFORMS.register_module()
class JointCutout:
    """Black out boxes round joints that the teacher sees (paper, Section 4.1).

    The student must infer a hidden joint from the rest of the body. Heatmaps
    stay as they are. Boxes are filled with 0, the mean colour after
    normalisation.

    Args:
        num_joints (int): Boxes an image (m), round joints drawn with
            replacement. The paper finds 5 best.
        jitter_std (float): Standard deviation of the box centre round the
            joint, image pixels, along each axis.
        half_size (tuple): Smallest and largest half side of a box, image
            pixels, both included; drawn apart for x and y.
        clip_as_public_code (bool): Reproduce the public code, which swaps
            height and width when it clips boxes, so that nothing below
            y = width is masked. Off by default.
    """

    def __init__(
        self,
        num_joints: int = 5,
        jitter_std: float = 10.0,
        half_size: tuple[int, int] = (10, 19),
        clip_as_public_code: bool = False,
    ) -> None:
        self.num_joints = num_joints
        self.jitter_std = jitter_std
        self.half_size = tuple(half_size)
        self.clip_as_public_code = clip_as_public_code

    def __call__(self, view: HardView) -> HardView:
        """Mask the images of a hard view.

        Args:
            view (HardView): Images (S, B, C, H, W), heatmaps (S, B, K, h, w).

        Returns:
            HardView: Masked images, the same heatmaps.
        """
        images, heatmaps = view.images, view.aligned().heatmaps
        height, width = images.shape[-2:]
        centers = self._draw_centers(heatmaps, height / heatmaps.shape[-2])
        half = torch.randint(
            self.half_size[0],
            self.half_size[1] + 1,
            centers.shape,
            device=images.device,
        )
        columns = _inside(width, centers[..., 0], half[..., 0])
        rows = _inside(height, centers[..., 1], half[..., 1])
        if self.clip_as_public_code:
            rows[..., width:] = 0
        # Box m covers the outer product of its rows and columns.
        covered = torch.einsum('sbmh,sbmw->sbhw', rows, columns) > 0
        return view._replace(images=images.masked_fill(covered.unsqueeze(2), 0))

    def _draw_centers(self, heatmaps: Tensor, stride: float) -> Tensor:
        """Draw m box centres (S, B, m, 2), whole image pixels."""
        peaks = heatmap_peaks(heatmaps) * stride
        chosen = torch.randint(
            peaks.shape[2], (*peaks.shape[:2], self.num_joints, 1), device=peaks.device
        )
        centers = peaks.gather(2, chosen.expand(-1, -1, -1, 2))
        return (centers + self.jitter_std * torch.randn_like(centers)).round()


def _inside(length: int, centers: Tensor, half: Tensor) -> Tensor:
    """Mark the pixels in [center - half, center + half): (..., length) floats."""
    pixels = torch.arange(length, device=centers.device)
    start, stop = (centers - half).unsqueeze(-1), (centers + half).unsqueeze(-1)
    return ((pixels >= start) & (pixels < stop)).float()
