"""Normalisation of semi-supervised batches."""

from mmpose.models import PoseDataPreprocessor
from mmpose.registry import MODELS


@MODELS.register_module()
class SemiDataPreprocessor(PoseDataPreprocessor):
    """MMPose's preprocessor, applied once a branch.

    Plain batches (validation, supervised training) pass as they always do.
    """

    def forward(self, data: dict, training: bool = False) -> dict:
        """Normalise a batch and move it to the device.

        Args:
            data (dict): ``inputs`` and ``data_samples``, either plain or dicts
                by branch (``sup``, ``easy``, ``hard``), uint8 images (C, H, W).
            training (bool): Whether to apply batch augmentations.

        Returns:
            dict: The same structure; images of a branch (B, C, H, W), float.
        """
        if not isinstance(data['inputs'], dict):
            return super().forward(data, training)
        inputs, data_samples = {}, {}
        for branch, images in data['inputs'].items():
            batch = dict(inputs=images, data_samples=data['data_samples'][branch])
            batch = super().forward(batch, training)
            inputs[branch] = batch['inputs']
            data_samples[branch] = batch['data_samples']
        return dict(inputs=inputs, data_samples=data_samples)
