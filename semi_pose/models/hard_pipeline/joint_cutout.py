"""Joint Cutout, the paper's new augmentation."""

import torch
from mmpose.registry import TRANSFORMS
from torch import Tensor

from semi_pose.models.hard_pipeline.boxes import (
    choose,
    cover,
    draw_half_sizes,
    jittered_joints,
    pick,
)
from semi_pose.models.hard_pipeline.hard_view import HardView

# Adaptive counts (Debias-Teacher's public code, AKM): a joint is easy where its peak is
# in the upper part of the sample's range.
EASY_SHARE, BOXES_PER_EASY_JOINT, FEWEST, NO_PEAK = 0.55, 8 / 24, 2, 0.05


@TRANSFORMS.register_module()
class JointCutout:
    """Black out boxes round joints that the teacher sees (paper, Section 4.1).

    The student must infer a hidden joint from the rest of the body. Heatmaps
    stay as they are. Boxes are filled with 0, the mean color after
    normalization.

    Args:
        num_joints (int | str): Boxes per image (m), round joints drawn with
            replacement. The paper finds 5 best. 'adaptive': more boxes the more
            joints the teacher sees well (AKM, arXiv 2404.14835).
        jitter_std (float): Standard deviation of the box center round the
            joint, image pixels, along each axis.
        half_size (tuple): Smallest and largest half side of a box, image
            pixels, both included; drawn apart for x and y.
        clip_as_public_code (bool): Reproduce the public code, which swaps
            height and width when it clips boxes, so that nothing below
            y = width is masked. Off by default.
    """

    def __init__(
        self,
        num_joints: int | str = 5,
        jitter_std: float = 10.0,
        half_size: tuple[int, int] = (10, 19),
        clip_as_public_code: bool = False,
    ) -> None:
        if isinstance(num_joints, str) and num_joints != 'adaptive':
            raise ValueError(f"num_joints must be a number or 'adaptive': {num_joints}")
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
        size = images.shape[-2:]
        number, counts = self.num_joints, None
        if number == 'adaptive':
            counts = adaptive_counts(heatmaps)
            number = max(int(heatmaps.shape[2] * BOXES_PER_EASY_JOINT), FEWEST)
        joints = jittered_joints(heatmaps, size, self.jitter_std)
        centers = pick(joints, choose(joints, number))
        half = draw_half_sizes(centers, self.half_size)
        if counts is not None:  # boxes beyond the count have no extent
            half = half * inside_count(number, counts)
        covered = cover(centers, half, size, self.clip_as_public_code)
        return view._replace(images=images.masked_fill(covered.unsqueeze(2), 0))


def adaptive_counts(heatmaps: Tensor) -> Tensor:
    """Count the boxes that a sample bears (AKM's rule).

    Args:
        heatmaps (Tensor): (S, B, K, h, w), the teacher's.

    Returns:
        Tensor: (S, B), a third of the easy joints, at least 2.
    """
    peaks = heatmaps.amax((-2, -1))
    highest, lowest = peaks.amax(-1, keepdim=True), peaks.amin(-1, keepdim=True)
    difficulty = (highest - peaks) / (highest - lowest).clamp_min(1e-12)
    easy = (difficulty < EASY_SHARE).sum(-1) - 1  # without the highest itself
    easy = torch.where(highest.squeeze(-1) < NO_PEAK, 0, easy)
    counts = (easy * BOXES_PER_EASY_JOINT).floor().long()
    return torch.where(counts == 0, FEWEST, counts)


def inside_count(number: int, counts: Tensor) -> Tensor:
    """Mark the first boxes of each sample: (S, B, number, 1) for counts (S, B)."""
    boxes = torch.arange(number, device=counts.device)
    return (boxes < counts.unsqueeze(-1)).unsqueeze(-1)
