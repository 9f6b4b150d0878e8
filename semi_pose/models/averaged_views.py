"""Predictions averaged over flips, scales and networks (data distillation)."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import torch
from mmengine.model import BaseTTAModel
from mmpose.models import HeatmapHead, TopdownPoseEstimator
from mmpose.registry import MODELS
from mmpose.utils.typing import SampleList
from torch import Tensor, nn

from semi_pose.errors import UserError
from semi_pose.geometry import similarity_theta, warp
from semi_pose.models.members import find_member, member_heatmaps


@MODELS.register_module()
class AveragedViews(BaseTTAModel):
    """Test models on magnified and mirrored copies of each crop.

    The heatmaps are averaged in the crop's frame and decoded once, as in data
    distillation (Radosavovic et al., CVPR 2018). The copies are made on the device, so
    the test pipeline stays as it is, and so do checkpoints: they are the model's own.

    Args:
        module (dict | Module): A top-down model that predicts heatmaps. Its
            ``test_cfg`` says which of its networks is tested, and how heatmaps are
            flipped; they are flipped in any case.
        scales (Sequence[float]): Magnifications of the crop, > 0; above 1 the copy
            shows a part, enlarged.
        networks (int): How many models of this kind are averaged. :attr:`models` has
            them all; a checkpoint is loaded into the first.

    Raises:
        UserError: If the model predicts no heatmaps, or offsets beside them.
    """

    def __init__(
        self,
        module: dict | nn.Module,
        scales: Sequence[float] = (0.8, 1.0, 1.2),
        networks: int = 1,
    ) -> None:
        super().__init__(module)
        _check_heatmaps(self.module)
        self.scales = scales
        copies = (deepcopy(self.module) for _ in range(networks - 1))
        self.others = nn.ModuleList(copies)

    @property
    def models(self) -> list[TopdownPoseEstimator]:
        """The models that are averaged."""
        return [self.module, *self.others]

    def test_step(self, data: dict[str, Any]) -> SampleList:
        """Predict the joints of a batch.

        Args:
            data (dict): ``inputs`` and ``data_samples``, before the preprocessor.

        Returns:
            list[PoseDataSample]: With ``pred_instances`` in pixels of the pictures.
        """
        batch = self.module.data_preprocessor(data, False)
        views = [self.predict_view(scale=scale, **batch) for scale in self.scales]
        instances = self.module.head.decode(self.merge_preds(views))
        samples = batch['data_samples']
        return self.module.add_pred_to_datasample(instances, None, samples)

    def predict_view(
        self, inputs: Tensor, data_samples: SampleList, scale: float
    ) -> Tensor:
        """Compute the heatmaps of one magnification, averaged over mirrors and models.

        Args:
            inputs (Tensor): (B, C, H, W), normalized.
            data_samples (list[PoseDataSample]): B samples, with ``flip_indices``.
            scale (float): The magnification.

        Returns:
            Tensor: (B, K, h, w), in the magnified frame.
        """
        flip_indices = data_samples[0].metainfo['flip_indices']
        name = find_member(self.module)
        images = magnify(inputs, scale)
        heatmaps = [
            member_heatmaps(model, images, [name], flip_indices)[name]
            for model in self.models
        ]
        return torch.stack(heatmaps).mean(0)

    def merge_preds(self, data_samples_list: list[Tensor]) -> Tensor:
        """Average the heatmaps of all magnifications in the crop's frame.

        At each pixel only those views count that cover it, by the share that they
        cover: magnifying neither lowers nor shifts joints at the rim.

        Args:
            data_samples_list (list[Tensor]): (B, K, h, w) for each of ``scales``.

        Returns:
            Tensor: (B, K, h, w); 0 where no view covers a pixel.
        """
        total = weight = 0
        for heatmaps, scale in zip(data_samples_list, self.scales, strict=True):
            total = total + magnify(heatmaps, 1 / scale)
            weight = weight + magnify(torch.ones_like(heatmaps[:, :1]), 1 / scale)
        return total / weight.clamp_min(torch.finfo(weight.dtype).eps)


def magnify(images: Tensor, scale: float) -> Tensor:
    """Magnify images or heatmaps about their center, with zeros outside.

    Args:
        images (Tensor): (B, C, H, W).
        scale (float): Factor > 0.

    Returns:
        Tensor: (B, C, H, W).
    """
    zero = images.new_zeros(len(images))
    return warp(images, similarity_theta(zero, zero + 1 / scale))


def _check_heatmaps(model: TopdownPoseEstimator) -> None:
    """Refuse regression, and UDP's codec with two offsets for each heatmap."""
    head = getattr(model, 'head', None)
    offsets = getattr(getattr(head, 'decoder', None), 'heatmap_type', None)
    if not isinstance(head, HeatmapHead) or offsets == 'combined':
        raise UserError(
            f'--tta averages heatmaps, and a {type(head).__name__} with its codec does '
            'not predict plain ones: leave --tta out, or take the checkpoint of a '
            'model with a HeatmapHead.'
        )
