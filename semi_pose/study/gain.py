"""Where methods gain: by joint, by tilt of the torso, by the peak's height."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from semi_pose.analysis.accuracy import (
    build_evaluator,
    evaluate_people,
    labeled_validation,
    validation_loader,
)
from semi_pose.models.members import find_member
from semi_pose.runs.logs import network_metrics
from semi_pose.study.checkpoints import load_last, recorded_config
from semi_pose.study.plan import Method, Trial

# MMPose's CocoMetric leaves joints with lower peaks out of a person's score.
SEEN = 0.2
TILTS = (0, 20, 45, 90, 180)  # degrees from upright
PEAKS = (0, 0.2, 0.4, 0.6, 0.8, 1)  # of heatmaps


class Gain(NamedTuple):
    """What was measured.

    Attributes:
        joints (DataFrame): A row for each labeled joint of a validation person, by
            run: ``method`` (title), ``seed``, and the columns of
            :func:`~semi_pose.analysis.accuracy.joint_rows`.
        accuracy (DataFrame): A row for each run: ``method``, ``seed``, ``AP``, and
            ``AP, all peaks counted``, in percent; empty without a COCO metric.
        reference (str): The method that others are compared with.
    """

    joints: pd.DataFrame
    accuracy: pd.DataFrame
    reference: str


def measure_gain(methods: Sequence[Method]) -> Gain:
    """Test every finished run on its validation people.

    Methods are compared with the first supervised one, or else with the first.
    """
    joints, accuracy = [], []
    for method in methods:
        for trial in filter(lambda one: one.done, method.trials):
            run = dict(method=method.title, seed=trial.seed)
            found, values = measure_run(trial)
            joints.append(found.assign(**run))
            accuracy.append(run | values)
    plain = [one for one in methods if one.kind == 'supervised']
    reference = (plain or methods)[0].title
    return Gain(pd.concat(joints), pd.DataFrame(accuracy), reference)


def measure_run(trial: Trial) -> tuple[pd.DataFrame, dict[str, float]]:
    """Test the last checkpoint of a run: its joints and accuracies, as in Gain."""
    cfg = labeled_validation(recorded_config(trial))
    model, loader = load_last(trial, cfg), validation_loader(cfg)
    metrics = cfg.val_evaluator
    metrics = metrics if isinstance(metrics, list) else [metrics]
    coco = [dict(one) for one in metrics if one['type'].endswith('CocoMetric')]
    uncut = [{**one, 'keypoint_score_thr': 0} for one in coco]
    evaluators = {
        name: build_evaluator(cfgs, loader)
        for name, cfgs in (('AP', coco), ('AP, all peaks counted', uncut))
        if cfgs
    }
    people = evaluate_people(
        *(model, loader, loader.dataset.metainfo),
        networks=[find_member(model)],
        evaluators=list(evaluators.values()),
    )
    accuracy = {}
    for name, evaluator in evaluators.items():
        (values,) = network_metrics(evaluator.evaluate(len(people.samples))).values()
        accuracy[name] = 100 * values['AP']
    return people.joints, accuracy


def with_groups(gain: Gain) -> dict[str, pd.DataFrame]:
    """Sort joints into groups.

    Returns:
        dict[str, DataFrame]: By title, :attr:`Gain.joints` with a column ``group``;
        heights are those of the reference's peak at the same joint.
    """
    joints, keys = gain.joints, ['person', 'side']
    own = joints[joints.method == gain.reference].groupby(keys).peak.mean()
    height = joints.join(own.rename('height'), on=keys).height
    groups = {
        'joint': joints.joint,
        'tilt of the torso': _ranges(joints.tilt, TILTS, '°'),
        f'peak of {gain.reference}': _ranges(height.clip(0, 1), PEAKS),
    }
    return {title: joints.assign(group=group) for title, group in groups.items()}


def _ranges(values: pd.Series, edges: Sequence[float], unit: str = '') -> pd.Series:
    names = [f'{a:g}{unit} to {b:g}{unit}' for a, b in pairwise(edges)]
    return pd.cut(values, edges, labels=names, include_lowest=True)


def shares_correct(joints: pd.DataFrame) -> pd.DataFrame:
    """Count correct joints of :func:`with_groups`.

    Returns:
        DataFrame: Percent, by group (rows), method and seed (columns).
    """
    keys = ['group', 'method', 'seed']
    if joints.group.isna().all():  # as tilts are where no torso is known
        return pd.DataFrame()
    shares = 100 * joints.groupby(keys, observed=True).correct.mean()
    is_ordered = isinstance(joints.group.dtype, pd.CategoricalDtype)
    order = joints.group.cat.categories if is_ordered else joints.group.unique()
    shares = shares.unstack(['method', 'seed']).reindex(order).dropna(how='all')
    return shares[joints.method.unique()]


def calibration(gain: Gain) -> pd.DataFrame:
    """Compare, by run, the height of peaks with how many joints are correct."""
    runs = gain.joints.groupby(['method', 'seed'], sort=False)
    low = gain.joints.assign(low=gain.joints.peak < SEEN)
    found = {
        f'peaks below {SEEN} (%)': low.groupby(['method', 'seed']).low.mean(),
        'mean peak (%)': runs.peak.mean(),
        'correct joints (%)': runs.correct.mean(),
    }
    found = 100 * pd.DataFrame(found)
    return gain.accuracy.merge(found.reset_index(), on=['method', 'seed'])
