"""Normalization of semi-supervised batches, and the way back to pixels."""

from collections.abc import Mapping
from typing import Any

from mmpose.models import PoseDataPreprocessor
from mmpose.registry import MODELS
from torch import Tensor

from semi_pose.datasets.batches import LABELS, give_labels, one_list, stack, take_labels


@MODELS.register_module()
class SemiDataPreprocessor(PoseDataPreprocessor):
    """MMPose's preprocessor, applied once per branch.

    Plain batches (validation, supervised training) give what MMPose's gives. Images
    are moved to the device and normalized as one tensor. Of the samples only labels
    are moved, in place and those of a branch together: copies of whole samples would
    slow down a step on a GPU.
    """

    def forward(self, data: dict, training: bool = False) -> dict:
        """Normalize a batch and move it to the device.

        Args:
            data (dict): ``inputs`` and ``data_samples``, either plain or dicts
                by branch (``sup``, ``easy``): uint8 images (C, H, W) or a stack of
                them. A branch may hold several lists, which become one batch.
            training (bool): Whether to apply batch augmentations.

        Returns:
            dict: The same structure; images of a branch (B, C, H, W), float.
        """
        if not isinstance(data['inputs'], dict):
            return super().forward(dict(data, inputs=stack(data['inputs'])), training)
        inputs, data_samples = {}, {}
        for branch, images in data['inputs'].items():
            samples = one_list(data['data_samples'][branch])
            batch = self.forward(dict(inputs=images, data_samples=samples), training)
            inputs[branch] = batch['inputs']
            data_samples[branch] = batch['data_samples']
        return dict(inputs=inputs, data_samples=data_samples)

    def cast_data(self, data: Any) -> Any:
        """Move the images and the samples' labels to the device."""
        if not isinstance(data, Mapping):
            return super().cast_data(data)
        samples = data.get('data_samples') or []
        labels = take_labels(samples)
        for sample in samples:
            for name in LABELS:
                if name in sample and sample.get(name).keys():  # of several shapes
                    setattr(sample, name, sample.get(name).to(self.device))
        moved = {key: value.to(self.device) for key, value in labels.items()}
        give_labels(samples, moved)
        return dict(data, inputs=super().cast_data(data['inputs']))

    def _get_pad_shape(self, data: dict) -> list[tuple[int, int]]:
        # MMPose takes the channels of a stack for its height.
        return super()._get_pad_shape(dict(inputs=list(data['inputs'])))


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
