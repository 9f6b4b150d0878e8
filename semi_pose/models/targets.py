"""Which teacher's heatmaps each student learns from."""

from typing import NamedTuple

from mmpose.registry import TRANSFORMS
from torch import Tensor


class Targets(NamedTuple):
    """What each of S students is to predict, in the frame of the easy view.

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
