"""The mean teacher: a network's exponential moving average."""

from collections.abc import Iterator
from copy import deepcopy

import torch
from mmpose.models import TopdownPoseEstimator
from torch import Tensor, nn


class MeanTeacher(nn.Module):
    """A moving average of a network (Tarvainen and Valpola, NeurIPS 2017).

    Weights and batch norm statistics are averaged alike; the teacher is in
    evaluation mode always, so that its own passes move nothing.

    Args:
        network (TopdownPoseEstimator): The network to follow.
        momentum (float): Share of the network in the average at each update.
    """

    def __init__(self, network: TopdownPoseEstimator, momentum: float) -> None:
        super().__init__()
        self.momentum = momentum
        self.network = deepcopy(_stages(network)).requires_grad_(False).eval()

    def train(self, mode: bool = True) -> 'MeanTeacher':
        """Stay in evaluation mode, whatever is asked."""
        return super().train(False)

    def forward(self, images: Tensor, data_samples: None = None) -> Tensor:
        """Compute heatmaps, called like a TopdownPoseEstimator.

        Args:
            images (Tensor): (B, C, H, W).
            data_samples (None): Not used.

        Returns:
            Tensor: (B, K, h, w).
        """
        return self.network(images)

    @torch.no_grad()
    def update(self, network: TopdownPoseEstimator, step: int) -> None:
        """Move towards the network; be the plain average of the first networks.

        Args:
            network (TopdownPoseEstimator): The network as it is now.
            step (int): Updates done before; 0 copies the network.
        """
        share = max(self.momentum, 1 / (step + 1))
        pairs = zip(_state(self.network), _state(_stages(network)), strict=True)
        for average, value in pairs:
            if average.is_floating_point():
                average.lerp_(value, share)
            else:
                average.copy_(value)


def _stages(network: TopdownPoseEstimator) -> nn.Sequential:
    neck = [network.neck] if network.with_neck else []
    return nn.Sequential(network.backbone, *neck, network.head)


def _state(stages: nn.Sequential) -> Iterator[Tensor]:
    yield from stages.parameters()
    yield from stages.buffers()
