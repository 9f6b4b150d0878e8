"""How much the networks doubt what they predict on unlabeled people."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from mmpose.models import TopdownPoseEstimator
from mmpose.registry import TRANSFORMS
from mmpose.structures import PoseDataSample
from torch import Tensor

from semi_pose.evaluation.samples import own_randomness
from semi_pose.models import DualPoseEstimator
from semi_pose.models.heatmaps import View, predict_hard, predict_heatmaps
from semi_pose.models.members import find_member, member_heatmaps, members_of

# What is measured of each person, and whether more of it means more doubt.
COLUMNS = {'disagreement': True, 'inconsistency': True, 'peak': False}
FAR = 0.5  # share of the box: a joint that lies further away counts as this far
VIEWS = 4
DEFAULT_VIEW = (dict(type='JointCutout'), dict(type='HardAffine'))


class Judged(NamedTuple):
    """Unlabeled people as networks see them.

    Attributes:
        samples (list[dict]): N people with ``pred_instances``: the joints to begin
            with, of the ensemble where there is one.
        table (DataFrame): The columns of :data:`COLUMNS`: ``disagreement``, the mean
            distance between the joints of both networks; ``inconsistency``, that
            between the joints on the easy view and on hard ones, mapped back; both as
            a share of the box's longer side. ``peak``: the mean peak of the heatmaps.
            One network has no ``disagreement``.
        features (ndarray): (N, C), float16, of length 1: the last feature map of
            network 1, pooled.
    """

    samples: list[dict]
    table: pd.DataFrame
    features: np.ndarray


def hard_view_of(model: TopdownPoseEstimator) -> View:
    """Return the hard view of a model, the paper's for a model that has none."""
    if isinstance(model, DualPoseEstimator) and (model.paths[0] or model.hard_pipeline):
        return [*model.paths[0], *model.hard_pipeline]
    view = [TRANSFORMS.build(cfg) for cfg in DEFAULT_VIEW]
    for transform in view:
        if hasattr(transform, 'attach'):
            transform.attach(model.data_preprocessor)
    return view


def judge_people(
    model: TopdownPoseEstimator,
    batches: Iterable[dict[str, Any]],
    views: int = VIEWS,
    seed: int = 0,
) -> Judged:
    """Predict unlabeled people, and measure how sure the networks are.

    Args:
        model (TopdownPoseEstimator): A model in evaluation mode, whose head predicts
            heatmaps.
        batches (Iterable[dict]): Batches of people, before the data preprocessor.
        views (int): Hard views of each person.
        seed (int): Seed of the hard views.

    Returns:
        Judged: The people.
    """
    view = hard_view_of(model)
    samples, parts, features = [], [], []
    for number, batch in enumerate(batches):
        with own_randomness(seed + number, model.data_preprocessor.device):
            judged = _judge_batch(model, batch, view, views)
        samples += judged[0]
        parts.append(judged[1])
        features.append(judged[2])
    return Judged(
        samples, pd.concat(parts, ignore_index=True), np.concatenate(features)
    )


@torch.no_grad()
def _judge_batch(
    model: TopdownPoseEstimator, batch: dict[str, Any], view: View, views: int
) -> tuple[list[dict], pd.DataFrame, np.ndarray]:
    data = model.data_preprocessor(batch, False)
    images, people = data['inputs'], data['data_samples']
    networks = getattr(model, 'peers', (model,))
    easy = [predict_heatmaps(network, images) for network in networks]

    def locate(heatmaps: Tensor) -> np.ndarray:
        return _locate(model, heatmaps, people)

    found = [locate(heatmaps) for heatmaps in easy]
    moves = []
    for network, heatmaps, joints in zip(networks, easy, found, strict=True):
        for _ in range(views):
            hard, shown = predict_hard(network, images, heatmaps, view)
            moves.append(_mean_distance(locate(hard), joints, people, shown))
    table = dict(
        inconsistency=np.mean(moves, 0),
        peak=torch.stack(easy).amax((-2, -1)).mean((0, 2)).cpu().numpy(),
    )
    if len(found) > 1:
        table['disagreement'] = _mean_distance(*found[:2], people)
    features = F.normalize(model.extract_feat(images)[-1].mean((-2, -1)), dim=1)
    start = 'ensemble' if 'ensemble' in members_of(model) else find_member(model)
    locate(member_heatmaps(model, images, [start])[start])
    kept = [_light(one) for one in people]
    columns = [name for name in COLUMNS if name in table]
    return kept, pd.DataFrame(table)[columns], features.half().cpu().numpy()


def _locate(
    model: TopdownPoseEstimator, heatmaps: Tensor, people: list[PoseDataSample]
) -> np.ndarray:
    """Return joints (B, K, 2) in pixels of the pictures, and leave them in samples."""
    people = model.add_pred_to_datasample(model.head.decode(heatmaps), None, people)
    return np.stack([one.pred_instances.keypoints[0, :, :2] for one in people])


def _mean_distance(
    first: np.ndarray,
    second: np.ndarray,
    people: list[PoseDataSample],
    shown: Tensor | None = None,
) -> np.ndarray:
    """Return (B,) mean distances of joints (B, K, 2) as a share of the box."""
    boxes = np.stack([one.gt_instances.bboxes[0] for one in people])
    sides = np.maximum((boxes[:, 2:] - boxes[:, :2]).max(1), 1)
    apart = np.linalg.norm(first - second, axis=-1) / sides[:, None]
    weights = (
        np.ones_like(apart) if shown is None else shown.cpu().numpy().astype(float)
    )
    return (apart.clip(max=FAR) * weights).sum(1) / np.maximum(weights.sum(1), 1)


def _light(person: PoseDataSample) -> dict:
    """Keep what the file of labels needs."""
    keep = ('bboxes', 'keypoints', 'keypoint_scores')
    found = {key: person.pred_instances[key] for key in keep}
    meta = {key: person.metainfo[key] for key in ('id', 'img_path', 'ori_shape')}
    return dict(meta, pred_instances=found)


def combined_score(table: pd.DataFrame) -> pd.Series:
    """Combine the measures into one score.

    Each measure is replaced by its rank among all people, from 0 (least doubt) to 1
    (most), so that its unit does not matter. The score is the mean of these ranks.

    Args:
        table (DataFrame): :attr:`Judged.table`.

    Returns:
        Series: From 0 to 1.
    """
    ranks = [
        table[name].rank(ascending=rising, method='average')
        for name, rising in COLUMNS.items()
        if name in table
    ]
    mean = pd.concat(ranks, axis=1).mean(axis=1)
    return (mean - 1) / max(len(table) - 1, 1)
