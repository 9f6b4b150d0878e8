"""Normalization of semi-supervised batches, and the way back to pixels."""

from itertools import chain
from typing import Any

from mmpose.models import PoseDataPreprocessor
from mmpose.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class SemiDataPreprocessor(PoseDataPreprocessor):
    """MMPose's preprocessor, applied once per branch.

    Plain batches (validation, supervised training) pass as in MMPose.
    """

    def forward(self, data: dict, training: bool = False) -> dict:
        """Normalize a batch and move it to the device.

        Args:
            data (dict): ``inputs`` and ``data_samples``, either plain or dicts
                by branch (``sup``, ``easy``), uint8 images (C, H, W). A branch may
                hold several lists of samples, which become one batch.
            training (bool): Whether to apply batch augmentations.

        Returns:
            dict: The same structure; images of a branch (B, C, H, W), float.
        """
        if not isinstance(data['inputs'], dict):
            return super().forward(data, training)
        inputs, data_samples = {}, {}
        for branch, images in data['inputs'].items():
            samples = data['data_samples'][branch]
            batch = dict(inputs=one_list(images), data_samples=one_list(samples))
            batch = super().forward(batch, training)
            inputs[branch] = batch['inputs']
            data_samples[branch] = batch['data_samples']
        return dict(inputs=inputs, data_samples=data_samples)


def one_list(values: list) -> list[Any]:
    """Join the lists of a branch that has several samples with each labeled one."""
    return list(chain(*values)) if isinstance(values[0], (list, tuple)) else values


def to_rgb_pixels(preprocessor: PoseDataPreprocessor, images: Tensor) -> Tensor:
    """Undo the normalization of images.

    Args:
        preprocessor (PoseDataPreprocessor): What normalized them.
        images (Tensor): (B, 3, H, W), float.

    Returns:
        Tensor: (B, 3, H, W), uint8, RGB.
    """
    pixels = images * preprocessor.std + preprocessor.mean
    pixels = pixels if _gives_rgb(preprocessor) else pixels.flip(1)
    return pixels.round().clamp(0, 255).byte()


def from_rgb_pixels(preprocessor: PoseDataPreprocessor, pixels: Tensor) -> Tensor:
    """Normalize images, as the preprocessor does.

    Args:
        preprocessor (PoseDataPreprocessor): What normalizes.
        pixels (Tensor): (B, 3, H, W), uint8, RGB.

    Returns:
        Tensor: (B, 3, H, W), float.
    """
    pixels = pixels if _gives_rgb(preprocessor) else pixels.flip(1)
    return (pixels - preprocessor.mean) / preprocessor.std


def _gives_rgb(preprocessor: PoseDataPreprocessor) -> bool:
    # MMPose loads BGR. MMEngine keeps no public record of the conversion.
    return preprocessor._channel_conversion
