"""Which teacher's heatmaps each student learns from."""

from typing import NamedTuple

import torch
from mmpose.registry import TRANSFORMS
from torch import Tensor

from semi_pose.geometry import heatmap_peaks


class Targets(NamedTuple):
    """What each of S students should predict, in the frame of the easy view.

    Attributes:
        heatmaps (Tensor): (S, B, K, h, w).
        weights (Tensor, optional): (S, B, K) weights of the joints; 1 where None.
    """

    heatmaps: Tensor
    weights: Tensor | None = None


@TRANSFORMS.register_module()
class PeerTargets:
    """Each network learns from the other one; a single one from itself.

    Xie et al., ICCV 2021, Sections 3.2 and 3.3.
    """

    def __call__(self, teachers: Tensor) -> Targets:
        """Pair students with teachers.

        Args:
            teachers (Tensor): (S, B, K, h, w), the heatmaps of each network.

        Returns:
            Targets: Heatmaps (S, B, K, h, w).
        """
        return Targets(teachers.flip(0))


@TRANSFORMS.register_module()
class PositionTargets:
    """Peers learn from each other, a third student from what teachers agree on.

    SSPCM (CVPR 2023): the third student learns the mean of the two heatmaps, of now and
    of one epoch before, whose peaks lie nearest to each other.

    Args:
        min_score (float): Joints whose two teachers have a mean peak of this or less
            do not count in the loss.
    """

    def __init__(self, min_score: float = 0.1) -> None:
        self.min_score = min_score

    def __call__(self, teachers: Tensor) -> Targets:
        """Pair students with teachers.

        Args:
            teachers (Tensor): (4, B, K, h, w), the heatmaps of both networks, then of
                both as they were one epoch before.

        Returns:
            Targets: For network 1, network 2 and the third student: heatmaps
            (3, B, K, h, w) and weights (3, B, K).
        """
        now, before = teachers[:2], teachers[2:]
        corrected = correct_by_position(now, before)
        is_sure = now.amax((-2, -1)).mean(0) > self.min_score
        return Targets(
            torch.cat([now.flip(0), corrected.unsqueeze(0)]),
            is_sure.to(now).expand(3, -1, -1),
        )


def correct_by_position(now: Tensor, before: Tensor) -> Tensor:
    """Average the two heatmaps of a joint whose peaks lie nearest to each other.

    Candidates are the heatmaps of network 1 with those of network 2, each as it is now
    or was before, so never a network with itself; the first wins a tie.

    Args:
        now (Tensor): (2, B, K, h, w), heatmaps of networks 1 and 2.
        before (Tensor): (2, B, K, h, w), the same one epoch before.

    Returns:
        Tensor: (B, K, h, w).
    """
    first = torch.stack([now[0], before[0], now[0], before[0]])
    second = torch.stack([now[1], now[1], before[1], before[1]])
    offsets = (heatmap_peaks(first) - heatmap_peaks(second)).float()
    nearest = offsets.norm(dim=-1).argmin(0)  # (B, K); argmin takes the first of a tie
    index = nearest[None, ..., None, None].expand(1, *first.shape[1:])
    return ((first + second) / 2).gather(0, index)[0]
