"""What the teachers teach in one step."""

from typing import NamedTuple

from torch import Tensor

from semi_pose.models.hard_pipeline import HardView


class Lesson(NamedTuple):
    """What one step teaches on unlabeled images.

    Attributes:
        easy (Tensor): (B, C, H, W), what the teachers see.
        teachers (Tensor): (T, B, K, h, w), what they predict there.
        targets (Tensor): (S, B, K, h, w), what each of S students is to learn, still
            in the easy view's frame.
        hard (HardView): What the students see and are to predict there.
    """

    easy: Tensor
    teachers: Tensor
    targets: Tensor
    hard: HardView
