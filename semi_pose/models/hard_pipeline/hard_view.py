"""What flows through the hard pipeline."""

from typing import NamedTuple

from torch import Tensor


class HardView(NamedTuple):
    """The hard view of one unlabeled batch, for each of S students.

    Attributes:
        images (Tensor): (S, B, C, H, W) normalised images: what student s sees.
        heatmaps (Tensor): (S, B, K, h, w) heatmaps of student s's teacher, in
            the frame of ``images``: what student s is to predict.
    """

    images: Tensor
    heatmaps: Tensor
