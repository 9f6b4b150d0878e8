"""A trained model as a labeler of crops."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from mmengine.dataset import pseudo_collate
from mmpose.models import HeatmapHead, TopdownPoseEstimator
from mmpose.models.utils.tta import flip_heatmaps
from mmpose.utils.typing import SampleList
from torch import Tensor
from torch.utils.data import DataLoader

from semi_pose.errors import UserError
from semi_pose.models.heatmaps import predict_heatmaps
from semi_pose.models.members import find_member, members_of
from semi_pose.pseudo_labels.averaging import average_views

PIXEL_DECIMALS, SCORE_DECIMALS = 2, 4


class Labeler:
    """Predict the joints of people.

    Args:
        model (TopdownPoseEstimator): A trained model in evaluation mode.
        scales (Sequence[float], optional): Average heatmaps over flips and these
            magnifications of the crop (DataDistill), decoded as in the test. By
            default the model predicts as its ``test_cfg`` says (PseudoPose).

    Raises:
        UserError: If heatmaps are to be averaged and the model predicts none.
    """

    def __init__(
        self, model: TopdownPoseEstimator, scales: Sequence[float] | None = None
    ) -> None:
        if scales is not None and not _predicts_heatmaps(model):
            raise UserError(
                f'--tta averages heatmaps, and a {type(model.head).__name__} with its '
                'codec does not predict plain ones: leave --tta out, or take the '
                'checkpoint of a model with a HeatmapHead.'
            )
        self.model = model
        self.scales = scales

    def check_joints(self, joints: int) -> None:
        """Check how many joints the model predicts.

        Args:
            joints (int): The number wanted.

        Raises:
            UserError: If it predicts another number.
        """
        predicted = _num_predicted(self.model) or joints
        if predicted != joints:
            raise UserError(
                f'The model predicts {predicted} joints, but the data sets have '
                f'{joints}: use a config whose head and test set have the same joints.'
            )

    def label(self, loader: DataLoader) -> Iterator[tuple[int, list[dict]]]:
        """Label people batch by batch.

        Args:
            loader (DataLoader): Lists of what PeopleToLabel holds.

        Yields:
            tuple[int, list[dict]]: The number of people in the batch, and entries
            of those whose picture could be read: what PeopleToLabel says of a person,
            ``width`` and ``height`` of the picture, ``keypoints`` [[x, y], ...] in
            its pixels and ``keypoint_scores``, by joint.
        """
        for batch in loader:
            readable = [(entry, data) for entry, data in batch if data is not None]
            yield len(batch), self._label_batch(readable) if readable else []

    def _label_batch(self, people: list[tuple[dict, dict]]) -> list[dict]:
        entries, data = zip(*people, strict=True)
        samples = self.predict(pseudo_collate(data))
        return list(map(_fill, entries, samples))

    @torch.inference_mode()
    def predict(self, data: dict[str, Any]) -> SampleList:
        """Predict the joints of a batch.

        Args:
            data (dict): ``inputs`` and ``data_samples``, before the preprocessor.

        Returns:
            list[PoseDataSample]: With ``pred_instances`` in pixels of the pictures.
        """
        batch = self.model.data_preprocessor(data, False)
        if self.scales is None:
            return self.model.predict(**batch)
        samples = batch['data_samples']
        flip_indices = samples[0].metainfo['flip_indices']
        network = partial(self._flip_averaged, flip_indices=flip_indices)
        heatmaps = average_views(network, batch['inputs'], self.scales)
        return self.model.add_pred_to_datasample(
            self.model.head.decode(heatmaps), None, samples
        )

    def _flip_averaged(self, images: Tensor, flip_indices: list[int]) -> Tensor:
        shift = self.model.test_cfg.get('shift_heatmap', False)
        networks = _tested_networks(self.model)
        total = 0
        for network in networks:
            flipped = flip_heatmaps(
                network(images.flip(-1)), flip_indices, shift_heatmap=shift
            )
            total = total + network(images) + flipped
        return total / (2 * len(networks))


def _tested_networks(model: TopdownPoseEstimator) -> list[Callable[[Tensor], Tensor]]:
    """Return what maps images to heatmaps, as ``test_cfg['network']`` says."""
    members = members_of(model)[find_member(model)]
    return [partial(predict_heatmaps, network) for network in members]


def _predicts_heatmaps(model: TopdownPoseEstimator) -> bool:
    return isinstance(model.head, HeatmapHead) and not _has_offsets(model)


def _has_offsets(model: TopdownPoseEstimator) -> bool:
    """Say whether a heatmap comes with two of offsets, as UDP's codec has it."""
    decoder = getattr(model.head, 'decoder', None)
    return getattr(decoder, 'heatmap_type', None) == 'combined'


def _num_predicted(model: TopdownPoseEstimator) -> int | None:
    if indices := model.test_cfg.get('output_keypoint_indices'):
        return len(indices)
    if channels := getattr(model.head, 'out_channels', None):
        return channels // 3 if _has_offsets(model) else channels
    return getattr(model.head, 'num_joints', None)


def _fill(entry: dict, sample: Any) -> dict:
    height, width = sample.metainfo['ori_shape']
    found = sample.pred_instances
    return dict(
        entry,
        width=width,
        height=height,
        keypoints=found.keypoints[0, :, :2]
        .astype(float)
        .round(PIXEL_DECIMALS)
        .tolist(),
        keypoint_scores=found.keypoint_scores[0]
        .astype(float)
        .round(SCORE_DECIMALS)
        .tolist(),
    )
