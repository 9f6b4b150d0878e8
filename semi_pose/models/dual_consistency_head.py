"""The consistency loss between students and their teachers."""

import math
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
        weight (float): lambda, the weight of the loss. The paper keeps it at 1
            from the first step.
        warmup (int): Steps with weight 0 at the start.
        ramp (int): Steps after that in which the weight rises to ``weight``,
            by exp(-5 (1 - t)^2) with t from 0 to 1.

    Attributes:
        step (int | None): Training steps done so far, set by the hook SemiRunner.
            None: the schedule is over.
    """

    def __init__(
        self,
        loss: ConfigType | None = None,
        weight: float = 1.0,
        warmup: int = 0,
        ramp: int = 0,
    ) -> None:
        super().__init__()
        self.loss_module = MODELS.build(
            loss or dict(type='KeypointMSELoss', loss_weight=0.5)
        )
        self.weight = weight
        self.warmup = warmup
        self.ramp = ramp
        self.step: int | None = None

    @property
    def current_weight(self) -> float:
        """Lambda at this step: 0 in the warm-up, then rising to ``weight``."""
        if self.step is None or self.step >= self.warmup + self.ramp:
            return self.weight
        if self.step < self.warmup:
            return 0.0
        progress = (self.step - self.warmup) / self.ramp
        return self.weight * math.exp(-5 * (1 - progress) ** 2)

    def loss(
        self,
        students: Sequence[Tensor],
        targets: Tensor,
        weights: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Compute the weighted consistency loss.

        Args:
            students (Sequence[Tensor]): S heatmaps of (B, K, h, w) on the hard
                view.
            targets (Tensor): (S, B, K, h, w), the teachers' heatmaps in the
                hard view's frame. They get no gradient.
            weights (Tensor, optional): (S, B, K), weights of the joints.

        Returns:
            dict[str, Tensor]: The scalar ``loss_consistency``.
        """
        weights = [None] * len(targets) if weights is None else weights
        triples = zip(students, targets.detach(), weights, strict=True)
        total = sum(self.loss_module(*triple) for triple in triples)
        return dict(loss_consistency=self.current_weight * total)
