"""What flows through the hard pipeline."""

from typing import NamedTuple

from torch import Tensor

from semi_pose.geometry import warp


class HardView(NamedTuple):
    """The hard view of one unlabeled batch, for each of S students.

    Attributes:
        images (Tensor): (S, B, C, H, W) normalised images: what student s sees.
        heatmaps (Tensor): (S, B, K, h, w) heatmaps of student s's teacher: what
            student s is to predict.
        frame (Tensor, optional): (B, 2, 3) maps positions of ``images`` to those
            of ``heatmaps``, normalised coordinates; None where they are the same.
    """

    images: Tensor
    heatmaps: Tensor
    frame: Tensor | None = None

    def aligned(self) -> 'HardView':
        """Return the view with its heatmaps in the frame of its images."""
        if self.frame is None:
            return self
        return HardView(self.images, warp_students(self.heatmaps, self.frame))


def warp_students(tensors: Tensor, theta: Tensor) -> Tensor:
    """Warp the same way for each student.

    Args:
        tensors (Tensor): (S, B, C, H, W).
        theta (Tensor): (B, 2, 3), output to input, normalised coordinates.

    Returns:
        Tensor: (S, B, C, H, W).
    """
    theta = theta.repeat(len(tensors), 1, 1)
    return warp(tensors.flatten(0, 1), theta).view(tensors.shape)
