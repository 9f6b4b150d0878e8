"""Two models on the same labeled people, side by side."""

import re
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from mmengine.config import Config
from mmengine.device import get_device
from torch.utils.data import DataLoader

from semi_pose.analysis.accuracy import (
    NEAR,
    Predicted,
    box_side,
    build_evaluator,
    describe_person,
    evaluate_people,
    labeled_joints,
    labeled_validation,
    person_table,
    validation_loader,
)
from semi_pose.analysis.networks import load_networks
from semi_pose.analysis.pages import data_uri, render
from semi_pose.analysis.people_pictures import (
    as_jpeg,
    draw_person,
    side_by_side,
)
from semi_pose.engine.checkpoints import check_checkpoint
from semi_pose.errors import UserError
from semi_pose.models.members import find_member, member_title
from semi_pose.recipes.kinds import dicts
from semi_pose.recipes.pseudo_labels import different_joint, find_metainfo
from semi_pose.recipes.reading import load_recipe, recorded_config
from semi_pose.runs.checkpoints import chosen_checkpoint
from semi_pose.runs.logs import network_metrics

# A colon, but none of `semi_pose::...` or of an address.
SEPARATOR = re.compile('(?<!:):(?!:|//)')
PCK = f'PCK@{NEAR:g}'
FORMS = (
    'give WORK_DIR, WORK_DIR:NETWORK, CONFIG:CHECKPOINT or CONFIG:CHECKPOINT:NETWORK.'
)


class Compared(NamedTuple):
    """One of the two models.

    Attributes:
        name (str): As named by the user.
        cfg (Config): Its config.
        checkpoint (str): Its checkpoint.
        network (str, optional): Which of its networks; the tested one if None.
    """

    name: str
    cfg: Config
    checkpoint: str
    network: str | None


class Comparison(NamedTuple):
    """What was compared.

    Attributes:
        metainfo (dict): Of the people's data set.
        both (tuple[Predicted, Predicted]): The same N people as each model sees them.
        accuracy (DataFrame): Percent, ``A`` and ``B`` by metric.
        joints (DataFrame): Correct joints in percent, ``A`` and ``B`` by joint, and
            how many are ``labeled``.
        people (DataFrame): By person, those who differ most first: ``distance`` between
            the models' joints as a share of the box's longer side, ``OKS A``,
            ``OKS B``, ``PCK A``, ``PCK B`` from 0 to 1, ``file``.
    """

    metainfo: dict
    both: tuple[Predicted, Predicted]
    accuracy: pd.DataFrame
    joints: pd.DataFrame
    people: pd.DataFrame


def find_model(name: str, data_root: str | None = None) -> Compared:
    """Find a model by what the user calls it.

    Args:
        name (str): ``WORK_DIR`` (whose best checkpoint is taken, or else the last one)
            or ``CONFIG:CHECKPOINT``, and ``:NETWORK`` if another one than is tested.
        data_root (str, optional): Folder of the data, instead of the config's.

    Returns:
        Compared: The model.

    Raises:
        UserError: If there is no such model.
    """
    first, *rest = SEPARATOR.split(name)
    if Path(first).is_dir():
        cfg, checkpoint = recorded_config(Path(first), data_root), _trained(first)
    elif rest:
        cfg, checkpoint = load_recipe(first, data_root), rest.pop(0)
    else:
        raise UserError(f'{name} names no model: {FORMS}')
    if len(rest) > 1:
        raise UserError(f'{name} names more than a model: {FORMS}')
    check_checkpoint(checkpoint)
    return Compared(name, cfg, checkpoint, rest[0] if rest else None)


def _trained(work_dir: str) -> str:
    checkpoint = chosen_checkpoint(work_dir)
    if checkpoint is None:
        raise UserError(f'{work_dir} holds no checkpoint: train first.')
    return checkpoint


def compare(
    a: Compared,
    b: Compared,
    track: Callable[[DataLoader, str], Iterable[dict]] = lambda loader, name: loader,
) -> Comparison:
    """Test two models on the validation people of the first.

    Args:
        a (Compared): The first model, whose validation set and metrics are used.
        b (Compared): The second, which sees them by its own validation pipeline.
        track (Callable): Given a loader and the name of a model; yields its batches.

    Returns:
        Comparison: What they find.

    Raises:
        UserError: If their joints are not the same, or nobody is labeled.
    """
    cfg = labeled_validation(a.cfg)
    both, accuracy = [], {}
    for side, model in dict(A=a, B=b).items():
        loader = validation_loader(with_pipeline(cfg, model.cfg))
        batches = track(loader, f'{side}: {model.name}')
        people, accuracy[side] = _test(model, cfg.val_evaluator, loader, batches)
        both.append(people)
    if both[0].joints.empty:
        raise UserError(f'Nobody in the validation set of {a.name} has labeled joints.')
    return Comparison(
        loader.dataset.metainfo,
        tuple(both),
        pd.DataFrame(accuracy),
        _by_joint(*both),
        _by_person(*both),
    )


def with_pipeline(cfg: Config, model: Config) -> Config:
    """Show one config's validation people by another's validation pipeline.

    Args:
        cfg (Config): Whose people.
        model (Config): Whose pipeline.

    Returns:
        Config: A copy of the first.

    Raises:
        UserError: If their joints are not the same.
    """
    ours, theirs = (find_metainfo(one.val_dataloader.dataset) for one in (cfg, model))
    if found := different_joint(ours, theirs):
        number, joint, other = found
        raise UserError(
            f'Joint {number} of {cfg.filename} is {joint}, and {other} in '
            f'{model.filename}: compare models of the same joints.'
        )
    theirs = dicts(model.val_dataloader.dataset)
    pipeline = next(node['pipeline'] for node in theirs if node.get('pipeline'))
    cfg = deepcopy(cfg)
    for node in dicts(cfg.val_dataloader.dataset):
        if node.get('pipeline'):
            node['pipeline'] = pipeline
    return cfg


def _test(
    compared: Compared,
    metrics: dict | list[dict],
    loader: DataLoader,
    batches: Iterable[dict],
) -> tuple[Predicted, dict[str, float]]:
    """Return what a model predicts, and its metrics in percent."""
    model = load_networks(compared.cfg, compared.checkpoint).to(get_device())
    network = find_member(model, compared.network)
    evaluator = build_evaluator(metrics, loader)
    people = evaluate_people(
        model, batches, loader.dataset.metainfo, [network], [evaluator]
    )
    with redirect_stdout(StringIO()):  # COCO's table
        found = evaluator.evaluate(len(people.samples))
    (values,) = network_metrics(found).values()
    values = {key: values[key] for key in ('AP', 'AR') if key in values}
    if not people.joints.empty:
        values[PCK] = people.joints.correct.mean()
        values['mean OKS'] = person_table(people.joints).OKS.mean()
    return people, {key: 100 * value for key, value in values.items()}


def _by_joint(a: Predicted, b: Predicted) -> pd.DataFrame:
    groups = [one.joints.groupby('joint', sort=False).correct for one in (a, b)]
    shares = {side: 100 * one.mean() for side, one in zip('AB', groups, strict=True)}
    return pd.DataFrame(shares).assign(labeled=groups[0].size())


def _by_person(a: Predicted, b: Predicted) -> pd.DataFrame:
    (ours,), (theirs,) = a.keypoints.values(), b.keypoints.values()
    rows = {}
    for number, sample in enumerate(a.samples):
        labeled = labeled_joints(sample)
        if labeled.any():
            apart = np.linalg.norm(ours[number] - theirs[number], axis=-1)[labeled]
            rows[number] = dict(
                distance=apart.mean() / box_side(sample),
                file=Path(sample.img_path).name,
            )
    found = pd.DataFrame.from_dict(rows, orient='index')
    for side, one in zip('AB', (a, b), strict=True):
        people = person_table(one.joints).droplevel('network')
        found = found.join(people.add_suffix(f' {side}'))
    return found.sort_values('distance', ascending=False)


def draw_differences(
    found: Comparison, number: int
) -> tuple[list[np.ndarray], list[str]]:
    """Draw the people who differ most: label, A and B side by side.

    Args:
        found (Comparison): What was compared.
        number (int): How many people.

    Returns:
        tuple[list[ndarray], list[str]]: Pictures (H, W, 3), RGB, and their captions.
    """
    pictures, captions = [], []
    for person, row in found.people[:number].iterrows():
        sample = found.both[0].samples[person]
        poses = [sample.gt_instances.keypoints[0]]
        for one in found.both:
            (keypoints,) = one.keypoints.values()
            poses.append(keypoints[person])
        drawn = draw_person(
            *(sample.img_path, sample.gt_instances.bboxes[0], poses, found.metainfo),
            shown=labeled_joints(sample),
        )
        pictures.append(side_by_side(drawn))
        captions.append(
            f'{row.file}: {row.distance:.0%} apart\n'
            f'A {describe_person(row["OKS A"], row["PCK A"])}\n'
            f'B {describe_person(row["OKS B"], row["PCK B"])}'
        )
    return pictures, captions


def comparison_page(
    found: Comparison,
    a: Compared,
    b: Compared,
    pictures: list[np.ndarray],
    captions: list[str],
) -> str:
    """Write the page of HTML, which needs no other file."""
    shown = [
        dict(picture=data_uri(as_jpeg(picture), 'jpeg'), caption=caption)
        for picture, caption in zip(pictures, captions, strict=True)
    ]
    return render(
        'comparison.html',
        title='Two models compared',
        models={side: _describe(one) for side, one in (('A', a), ('B', b))},
        number=len(found.both[0].samples),
        accuracy=with_difference(found.accuracy, 'metric'),
        joints=with_difference(found.joints, 'joint'),
        people=shown,
        near=f'{NEAR:.0%}',
    )


def _describe(model: Compared) -> str:
    network = f', {member_title(model.network)}' if model.network else ''
    return f'{model.checkpoint} of {Path(model.cfg.filename).name}{network}'


def with_difference(found: pd.DataFrame, name: str) -> list[dict[str, Any]]:
    """Make rows of a table of A and B, rounded, with the difference."""
    rows = []
    for key, row in found.iterrows():
        cells = {name: key, 'A': round(row.A, 1), 'B': round(row.B, 1)}
        cells['B - A'] = f'{row.B - row.A:+.1f}'
        if 'labeled' in row:
            cells['labeled'] = int(row.labeled)
        rows.append(cells)
    return rows
