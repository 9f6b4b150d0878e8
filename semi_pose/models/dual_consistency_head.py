"""The consistency loss between students and their teachers."""

from collections.abc import Sequence

import torch.nn as nn
from mmpose.registry import MODELS
from mmpose.utils.typing import ConfigType
from torch import Tensor


@MODELS.register_module()
class DualConsistencyHead(nn.Module):
    """Fit each student's heatmaps to its teacher's (paper, Equation 4).

    The losses of all students are added up: C1 + C2 for two networks.

    Args:
        loss (dict, optional): Config of the heatmap loss of one student.
            Defaults to half the mean square error, as in the public code.

    Attributes:
        weight (float): lambda, the weight of the consistency loss. The
            SemiRunner hook sets it at each step.
    """

    def __init__(self, loss: ConfigType | None = None) -> None:
        super().__init__()
        self.loss_module = MODELS.build(
            loss or dict(type='KeypointMSELoss', loss_weight=0.5)
        )
        self.weight = 1.0

    def loss(self, students: Sequence[Tensor], targets: Tensor) -> dict[str, Tensor]:
        """Compute the weighted consistency loss.

        Args:
            students (Sequence[Tensor]): S heatmaps of (B, K, h, w) on the hard
                view.
            targets (Tensor): (S, B, K, h, w), the teachers' heatmaps in the
                hard view's frame. They get no gradient.

        Returns:
            dict[str, Tensor]: The scalar ``loss_consistency``.
        """
        pairs = zip(students, targets.detach(), strict=True)
        total = sum(self.loss_module(student, target) for student, target in pairs)
        return dict(loss_consistency=self.weight * total)
