"""What flows through the hard pipeline."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from semi_pose.geometry import heatmap_theta, warp


class HardView(NamedTuple):
    """The hard view of one unlabeled batch, for each of S students.

    Attributes:
        images (Tensor): (S, B, C, H, W) normalized images: what student s sees.
        heatmaps (Tensor): (S, B, K, h, w) what student s is to predict.
        frame (Tensor, optional): (B, 2, 3) maps positions of ``images`` to those
            of ``heatmaps``, normalized coordinates; None where they are the same.
        weights (Tensor, optional): (S, B, K) weights of the joints in the loss; 1
            where None.
        grid (Tensor, optional): (2, 2), where pixels of heatmaps lie in images, as
            :func:`~semi_pose.geometry.heatmap_theta` takes it; None where both cover
            the same area.
    """

    images: Tensor
    heatmaps: Tensor
    frame: Tensor | None = None
    weights: Tensor | None = None
    grid: Tensor | None = None

    @property
    def heatmap_frame(self) -> Tensor | None:
        """Tensor, optional: (B, 2, 3), ``frame`` for positions in heatmaps."""
        if self.frame is None or self.grid is None:
            return self.frame
        return heatmap_theta(self.frame, self.grid)

    def aligned(self) -> 'HardView':
        """Return the view with its heatmaps in the frame of its images."""
        if self.frame is None:
            return self
        heatmaps = warp_students(self.heatmaps, self.heatmap_frame)
        return self._replace(heatmaps=heatmaps, frame=None)

    def split(self, number: int) -> list['HardView']:
        """Take the students apart, so many at a time.

        Args:
            number (int): Students of a part.

        Returns:
            list[HardView]: The parts.
        """
        images, heatmaps = self.images.split(number), self.heatmaps.split(number)
        weights = [None] * len(images)
        if self.weights is not None:
            weights = self.weights.split(number)
        parts = zip(images, heatmaps, weights, strict=True)
        return [
            self._replace(images=one, heatmaps=maps, weights=own)
            for one, maps, own in parts
        ]

    @classmethod
    def joined(cls, views: Sequence['HardView']) -> 'HardView':
        """Put the students of several views of one batch together, view by view.

        Args:
            views (Sequence[HardView]): P views of the same frame.

        Returns:
            HardView: P S students.
        """
        if len(views) == 1:
            return views[0]
        images, heatmaps = (
            torch.cat([view[field] for view in views]) for field in (0, 1)
        )
        weights = views[0].weights
        if weights is not None:
            weights = torch.cat([view.weights for view in views])
        return views[0]._replace(images=images, heatmaps=heatmaps, weights=weights)


def warp_students(tensors: Tensor, theta: Tensor) -> Tensor:
    """Warp the same way for each student.

    Args:
        tensors (Tensor): (S, B, C, H, W).
        theta (Tensor): (B, 2, 3), output to input, normalized coordinates.

    Returns:
        Tensor: (S, B, C, H, W).
    """
    theta = theta.repeat(len(tensors), 1, 1)
    return warp(tensors.flatten(0, 1), theta).view(tensors.shape)
