"""Small networks that the tests train on the CPU."""

from mmengine.model import BaseModule
from mmpose.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class TinyBackbone(BaseModule):
    """The golden numbers' network up to its last layer: stride 4, 8 channels."""

    def __init__(self, init_cfg=None) -> None:
        super().__init__(init_cfg)
        self.conv = nn.Conv2d(3, 8, 7, stride=4, padding=3, bias=False)
        self.bn = nn.BatchNorm2d(8)

    def forward(self, images: Tensor) -> tuple:
        return (self.bn(self.conv(images)).relu(),)


def codec(width: int = 48, height: int = 64) -> dict:
    """A heatmap codec at stride 4."""
    return dict(
        type='MSRAHeatmap',
        input_size=(width, height),
        heatmap_size=(width // 4, height // 4),
        sigma=1,
    )


def head(joints: int = 5) -> dict:
    """A head of one 1x1 convolution."""
    return dict(
        type='HeatmapHead',
        in_channels=8,
        out_channels=joints,
        deconv_out_channels=None,
        loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=0.5),
        decoder=codec(),
    )


def estimator(joints: int = 5, **changes) -> dict:
    """Config of a dual estimator of two tiny networks."""
    return {
        'type': 'DualPoseEstimator',
        'data_preprocessor': dict(
            type='SemiDataPreprocessor', mean=[127] * 3, std=[128] * 3
        ),
        'backbone': dict(type='TinyBackbone'),
        'head': head(joints),
        **changes,
    }
