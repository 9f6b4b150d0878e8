"""How well networks find the joints of each person."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.runner import Runner
from mmpose.models import TopdownPoseEstimator
from mmpose.structures import PoseDataSample
from torch.utils.data import DataLoader

from semi_pose.models import DualPoseEstimator
from semi_pose.recipes.kinds import dicts

# A joint is correct within this share of the person's longer box side, as in PCK@0.1.
NEAR = 0.1
# COCO's estimate of a person's area, as a share of its box, where no outline is known.
AREA = 0.53
TORSO = ('left_shoulder', 'right_shoulder', 'left_hip', 'right_hip')


class Predicted(NamedTuple):
    """People as networks see them.

    Attributes:
        samples (list[PoseDataSample]): N people with their ``gt_instances``, in pixels
            of the picture.
        keypoints (dict[str, ndarray]): (N, K, 2) pixels of the picture, by network.
        joints (DataFrame): A row for each network, person and labeled joint:
            ``network`` and the columns of :func:`joint_rows`.
    """

    samples: list[PoseDataSample]
    keypoints: dict[str, np.ndarray]
    joints: pd.DataFrame


def labeled_validation(cfg: Config) -> Config:
    """Return a recipe whose validation people have the boxes of their labels.

    People of a detector's boxes have no joints to compare with.

    Args:
        cfg (Config): The recipe.

    Returns:
        Config: A copy without ``bbox_file`` in its validation set.
    """
    cfg = deepcopy(cfg)
    for node in dicts(cfg.val_dataloader.dataset):
        if node.get('bbox_file'):
            node['bbox_file'] = None
    return cfg


def validation_loader(cfg: Config) -> DataLoader:
    """Build the loader of a recipe's validation set, without workers."""
    loader = dict(cfg.val_dataloader, num_workers=0, persistent_workers=False)
    return Runner.build_dataloader(loader)


def build_evaluator(metrics: dict | list[dict], loader: DataLoader) -> Evaluator:
    """Build the evaluator of a validation set."""
    evaluator = Evaluator(deepcopy(metrics))
    evaluator.dataset_meta = loader.dataset.metainfo
    return evaluator


@torch.no_grad()
def predict_members(
    model: TopdownPoseEstimator, batch: dict[str, Any]
) -> Iterator[tuple[str, list[PoseDataSample]]]:
    """Predict a batch with every network of a model.

    Args:
        model (TopdownPoseEstimator): A model in evaluation mode.
        batch (dict): ``inputs`` and ``data_samples``, before the data preprocessor.

    Yields:
        tuple[str, list[PoseDataSample]]: Name of a network, and the samples with its
        ``pred_instances``: the same objects each time.
    """
    data = model.data_preprocessor(batch, False)
    if isinstance(model, DualPoseEstimator):
        yield from model.predict_each(**data)
    else:
        yield 'net1', model.predict(**data)


def evaluate_people(
    model: TopdownPoseEstimator,
    batches: Iterable[dict[str, Any]],
    metainfo: dict,
    networks: Sequence[str] | None = None,
    evaluators: Sequence[Evaluator] = (),
) -> Predicted:
    """Predict labeled people, and compare joint by joint.

    Args:
        model (TopdownPoseEstimator): A model in evaluation mode.
        batches (Iterable[dict]): Batches of a data set, or a loader.
        metainfo (dict): Of the data set.
        networks (Sequence[str], optional): Names of networks; all by default.
        evaluators (Sequence[Evaluator]): Given the predictions of ``networks``, which
            then names one.

    Returns:
        Predicted: The people.
    """
    samples, poses, rows = [], defaultdict(list), []
    for batch in batches:
        first = len(samples)
        for name, predicted in predict_members(model, batch):
            if networks is None or name in networks:
                for evaluator in evaluators:
                    evaluator.process(predicted, batch)
                poses[name] += [one.pred_instances for one in predicted]
                for number, sample in enumerate(predicted, first):
                    joints = joint_rows(sample, number, metainfo)
                    rows += [dict(network=name, **joint) for joint in joints]
        samples += predicted
    return Predicted(
        samples,
        {name: np.stack([one.keypoints[0] for one in poses[name]]) for name in poses},
        pd.DataFrame(rows, columns=None if rows else ['network', 'person']),
    )


def person_table(joints: pd.DataFrame) -> pd.DataFrame:
    """Sum joints up by person.

    Args:
        joints (DataFrame): :attr:`Predicted.joints`.

    Returns:
        DataFrame: ``OKS`` (object keypoint similarity) and ``PCK`` (share of correct
        joints), from 0 to 1, by ``network`` and ``person``.
    """
    if joints.empty:
        return pd.DataFrame(columns=['OKS', 'PCK'])
    people = joints.groupby(['network', 'person'], sort=False)
    return people.agg(OKS=('similarity', 'mean'), PCK=('correct', 'mean'))


def joint_rows(sample: PoseDataSample, person: int, metainfo: dict) -> list[dict]:
    """Compare a person's predicted joints with the labeled ones.

    Args:
        sample (PoseDataSample): With ``gt_instances`` and ``pred_instances`` of one
            person, in pixels of the picture.
        person (int): A number for the rows.
        metainfo (dict): Of the data set: the joints' names and sigmas.

    Returns:
        list[dict]: A row for each labeled joint: ``person``, ``joint`` (left and right
        alike), ``side`` (its full name), ``tilt`` (degrees, NaN where the torso is not
        labeled), ``peak``, ``error`` (distance as a share of the box's longer side),
        ``correct`` (whether that is below :data:`NEAR`), ``similarity`` (from 0 to 1,
        whose mean over joints is the person's OKS; NaN without sigmas).
    """
    names, predicted = metainfo['keypoint_id2name'], sample.pred_instances
    places = sample.gt_instances.keypoints[0]
    labeled = np.flatnonzero(labeled_joints(sample))
    distances = np.linalg.norm(predicted.keypoints[0] - places, axis=-1)
    errors = distances / box_side(sample)
    similarities = _similarities(distances, metainfo['sigmas'], person_area(sample))
    tilt = torso_tilt({names[k]: places[k] for k in labeled})
    return [
        dict(
            person=person,
            joint=names[k].removeprefix('left_').removeprefix('right_'),
            side=names[k],
            tilt=tilt,
            peak=float(predicted.keypoint_scores[0][k]),
            error=float(errors[k]),
            correct=bool(errors[k] < NEAR),
            similarity=float(similarities[k]),
        )
        for k in labeled
    ]


def _similarities(
    distances: np.ndarray, sigmas: Sequence[float], area: float
) -> np.ndarray:
    """Compute COCO's similarity of K joints, from their distances in pixels."""
    if len(sigmas) != len(distances):  # some data sets have none
        return np.full(len(distances), np.nan)
    spreads = 2 * np.asarray(sigmas) * np.sqrt(area)
    return np.exp(-((distances / spreads) ** 2) / 2)


def describe_person(oks: float, pck: float) -> str:
    """Write a person's scores as in ``OKS 0.93, PCK 100%``."""
    similarity = '' if np.isnan(oks) else f'OKS {oks:.2f}, '
    return f'{similarity}PCK {pck:.0%}'


def labeled_joints(sample: PoseDataSample) -> np.ndarray:
    """Say which joints of a person are labeled: (K,), bool."""
    visible = sample.gt_instances.keypoints_visible[0]
    return visible.reshape(len(visible), -1)[:, 0] > 0


def box_side(sample: PoseDataSample) -> float:
    """Return the longer side of a person's box in pixels."""
    x1, y1, x2, y2 = sample.gt_instances.bboxes[0]
    return max(float(x2 - x1), float(y2 - y1), 1.0)


def person_area(sample: PoseDataSample) -> float:
    """Return the labeled area of a person in pixels, or else an estimate by the box."""
    x1, y1, x2, y2 = map(float, sample.gt_instances.bboxes[0])
    labeled = (sample.get('raw_ann_info') or {}).get('area')
    return max(float(labeled or AREA * (x2 - x1) * (y2 - y1)), 1.0)


def torso_tilt(places: dict[str, np.ndarray]) -> float:
    """Measure how far a torso leans from upright.

    Args:
        places (dict[str, ndarray]): (x, y) of labeled joints by name, y downwards.

    Returns:
        float: Degrees from 0 (upright) to 180 (upside down); NaN if a shoulder or a
        hip is missing.
    """
    with suppress(KeyError):
        shoulders, hips = np.reshape([places[name] for name in TORSO], (2, 2, 2))
        x, y = shoulders.mean(0) - hips.mean(0)
        return float(np.degrees(np.arctan2(abs(x), -y)))
    return np.nan
