"""Teachers that follow a network: its moving average, or its copy of last epoch."""

from collections.abc import Iterator
from copy import deepcopy

import torch
from mmpose.models import TopdownPoseEstimator
from torch import Tensor, nn


class Follower(nn.Module):
    """A copy of a network without gradients, called like the network itself.

    Args:
        network (TopdownPoseEstimator): The network to follow.
    """

    def __init__(self, network: TopdownPoseEstimator) -> None:
        super().__init__()
        self.network = deepcopy(stages(network)).requires_grad_(False)
        neck = ['neck'] if network.with_neck else []
        self.stage_names = ['backbone', *neck, 'head']

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
    def follow(self, network: TopdownPoseEstimator, share: float) -> None:
        """Move towards the network, weights and batch norm statistics alike.

        Args:
            network (TopdownPoseEstimator): The network as it is now.
            share (float): Its share in the result; 1 copies it.
        """
        pairs = zip(_state(self.network), _state(stages(network)), strict=True)
        for own, value in pairs:
            if share < 1 and own.is_floating_point():
                own.lerp_(value, share)
            else:
                own.copy_(value)


class MeanTeacher(Follower):
    """A moving average of a network (Tarvainen and Valpola, NeurIPS 2017).

    The teacher is always in evaluation mode, so its own passes change nothing.

    Args:
        network (TopdownPoseEstimator): The network to follow.
        momentum (float): Share of the network in the average at each update.
    """

    def __init__(self, network: TopdownPoseEstimator, momentum: float) -> None:
        super().__init__(network)
        self.momentum = momentum
        self.eval()

    def train(self, mode: bool = True) -> 'MeanTeacher':
        """Stay in evaluation mode, whatever the argument."""
        return super().train(False)

    def update(self, network: TopdownPoseEstimator, updates: int) -> None:
        """Move towards the network; the first updates make a plain average.

        Args:
            network (TopdownPoseEstimator): The network as it is now.
            updates (int): How often the network has changed; 0 copies it.
        """
        self.follow(network, max(self.momentum, 1 / (updates + 1)))


class PastTeacher(Follower):
    """A network as it was at the end of the last epoch (SSPCM, CVPR 2023).

    As in the public code it computes in training mode, so its batch norm uses the
    batch's statistics.
    """

    def update(self, network: TopdownPoseEstimator) -> None:
        """Become a copy of the network.

        Args:
            network (TopdownPoseEstimator): The network as it is now.
        """
        self.follow(network, 1)


def stages(network: TopdownPoseEstimator | Follower) -> nn.Sequential:
    """Return what turns images into heatmaps, in order.

    Args:
        network (TopdownPoseEstimator | Follower): The network; of a
            DualPoseEstimator network 1.

    Returns:
        Sequential: The network's own backbone, neck (where there is one) and head.
    """
    if isinstance(network, Follower):
        return network.network
    neck = [network.neck] if network.with_neck else []
    return nn.Sequential(network.backbone, *neck, network.head)


def _state(module: nn.Module) -> Iterator[Tensor]:
    yield from module.parameters()
    yield from module.buffers()
