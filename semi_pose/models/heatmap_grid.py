"""Where the pixels of a codec's heatmaps lie in the image."""

import torch
from mmpose.codecs import MegviiHeatmap, MSRAHeatmap, UDPHeatmap
from mmpose.codecs.base import BaseKeypointCodec
from torch import Tensor

from semi_pose.errors import UserError


def codec_grid(codec: BaseKeypointCodec) -> Tensor:
    """Compute where heatmaps lie in images.

    A pixel x of a heatmap stands for the image pixel x * stride: input / heatmap size
    in MSRA's codec and (input - 1) / (heatmap - 1) in UDP's. Megvii's codec rounds
    down, so there it stands for the middle of its stride.

    Args:
        codec (BaseKeypointCodec): The codec of a head.

    Returns:
        Tensor: (2, 2), as :func:`~semi_pose.geometry.heatmap_theta` takes it.

    Raises:
        UserError: If the codec does not make one plain heatmap of each joint.
    """
    check_codec(codec)
    image, heatmap, stride = (
        torch.as_tensor(side, dtype=torch.float32)
        for side in (codec.input_size, codec.heatmap_size, codec.scale_factor)
    )
    start = stride / 2 if isinstance(codec, MegviiHeatmap) else 0
    # Positions are (2 x + 1) / size - 1 in both; put x * stride + start in the image's.
    factor = stride * heatmap / image
    shift = (stride * (heatmap - 1) + 2 * start + 1) / image - 1
    return torch.stack([factor, shift])


def check_codec(codec: BaseKeypointCodec | None) -> None:
    """Check that a codec makes heatmaps that can be warped.

    Args:
        codec (BaseKeypointCodec, optional): The codec of a head.

    Raises:
        UserError: If it does not.
    """
    plain = isinstance(codec, (MegviiHeatmap, MSRAHeatmap, UDPHeatmap))
    if not plain or getattr(codec, 'heatmap_type', 'gaussian') != 'gaussian':
        what = getattr(codec, 'heatmap_type', 'none')
        raise UserError(
            f'The head decodes by {type(codec).__name__} ({what}), which is not one '
            'heatmap of each joint: set model.head.decoder to MSRAHeatmap, '
            'MegviiHeatmap or UDPHeatmap with heatmap_type="gaussian".'
        )
