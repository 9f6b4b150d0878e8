"""A light neck from a feature pyramid to one map at its finest stride."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from mmpose.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class LateralSum(BaseModule):
    """Sum 1x1 laterals from coarse to fine, then smooth once at the finest level.

    This is the top-down path of a feature pyramid network (Lin et al., CVPR 2017)
    that keeps only its finest output, so that every parameter gets a gradient.

    Args:
        in_channels (Sequence[int]): Channels of each level, finest first.
        out_channels (int): Channels of the result.
        init_cfg (dict, optional): MMEngine's initialization config.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int = 64,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.laterals = nn.ModuleList(
            ConvModule(channels, out_channels, 1, act_cfg=None)
            for channels in in_channels
        )
        self.smooth = ConvModule(
            out_channels, out_channels, 3, padding=1, norm_cfg=dict(type='BN')
        )

    def forward(self, features: tuple[Tensor, ...]) -> tuple[Tensor]:
        """Merge the levels.

        Args:
            features (Sequence[Tensor]): One tensor (B, in_channels[i], H_i, W_i) per
                level, finest first.

        Returns:
            tuple[Tensor]: One tensor (B, out_channels, H_0, W_0).
        """
        maps = [lateral(x) for lateral, x in zip(self.laterals, features, strict=True)]
        total = maps.pop()
        while maps:
            finer = maps.pop()
            total = finer + F.interpolate(
                total, size=finer.shape[-2:], mode='bilinear', align_corners=False
            )
        return (self.smooth(total),)
