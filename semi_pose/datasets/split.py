"""Splits of a COCO data set into labeled, unlabeled and validation people."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from semi_pose.datasets.annotation_check import counted
from semi_pose.errors import UserError


@dataclass(frozen=True)
class SplitRules:
    """How to split.

    Args:
        labels (int): So many people, or pictures with all their people, are labeled.
        val (float): Labeled people, or pictures, for validation: a share below 1, or a
            number.
        by (str): ``person`` or ``picture``: what is counted.
        seed (int, optional): Seed of the choice. None: the first are labeled, and the
            last validate, in the order of the file.
        stratify (bool): Choose labels with few and with many visible joints as often as
            they occur.
        group (str): Field of the images; those with the same value stay together.
        group_pattern (str): Instead: regular expression for file names. What it
            matches, or its first group matches, is that value.
    """

    labels: int
    val: float = 0.2
    by: str = 'person'
    seed: int | None = None
    stratify: bool = False
    group: str = ''
    group_pattern: str = ''


class Split(NamedTuple):
    """The parts, COCO data sets.

    Attributes:
        train (dict): The labeled people, and their pictures.
        unlabeled (dict): All people of all pictures that may be trained on, without
            joints.
        val (dict): The pictures for validation, with all their people.
    """

    train: dict
    unlabeled: dict
    val: dict


class _Unit(NamedTuple):
    """What is counted: a person, or the labeled people of a picture."""

    people: list[dict]
    group: Any

    @property
    def visible(self) -> float:
        return np.mean([_visible(one) for one in self.people])


def split_people(coco: dict, rules: SplitRules, name: str) -> Split:
    """Split a data set.

    Args:
        coco (dict): The data set, checked.
        rules (SplitRules): How.
        name (str): Its file, for messages.

    Returns:
        Split: The parts. No group is in validation and in another part. Pictures
        without labels whose group validates are in no part.

    Raises:
        UserError: If there are too few labels, or pictures without a group.
    """
    groups = _groups(coco['images'], rules, name)
    units = _units(coco, rules.by, groups)
    draw = None if rules.seed is None else np.random.default_rng(rules.seed)
    val_groups = _val_groups(units, rules.val, draw)
    left = [unit for unit in units if unit.group not in val_groups]
    if len(left) < rules.labels or not val_groups:
        noun = {'person': 'people', 'picture': 'pictures'}[rules.by]
        raise UserError(
            f'{name} has {len(units)} labeled {noun}. {len(units) - len(left)} of '
            f'them, in whole groups, validate, which leaves {len(left)}: less than '
            f'--labels {rules.labels}. Lower --labels or --val.'
        )
    people = [one['id'] for unit in _choose(left, rules, draw) for one in unit.people]
    return _parts(coco, groups, val_groups, set(people))


def _groups(images: Sequence[dict], rules: SplitRules, name: str) -> dict[int, Any]:
    """Return the group of each picture, by its id; alone if none is asked for."""
    groups = {image['id']: _group_of(image, rules) for image in images}
    lost = [image for image in images if groups[image['id']] is None]
    if lost:
        why = f'without field "{rules.group}"'
        if rules.group_pattern:
            why = f'not matched by {rules.group_pattern}'
        raise UserError(
            f'{name}: {counted(len(lost), "image")} {why}, the first with id '
            f'{lost[0]["id"]} ({lost[0]["file_name"]}): give all of them a group, or '
            'name another one.'
        )
    return groups


def _group_of(image: dict, rules: SplitRules) -> Any:
    if rules.group:
        return image.get(rules.group)
    if rules.group_pattern:
        found = re.search(rules.group_pattern, image['file_name'])
        return found and found[min(1, found.re.groups)]
    return image['id']


def _units(coco: dict, by: str, groups: dict[int, Any]) -> list[_Unit]:
    """List what is counted, in the order of the images and of their people."""
    people = defaultdict(list)
    for one in coco['annotations']:
        if one.get('num_keypoints') and not one.get('iscrowd'):
            people[one['image_id']].append(one)
    units = []
    for image in coco['images']:
        found = people[image['id']]
        parts = [found] if by == 'picture' and found else [[one] for one in found]
        units += [_Unit(part, groups[image['id']]) for part in parts]
    return units


def _val_groups(
    units: list[_Unit], val: float, draw: np.random.Generator | None
) -> set[Any]:
    """Take whole groups, from the end or drawn, until there are enough."""
    wanted = val * len(units) if val < 1 else val
    sizes = defaultdict(int)
    for unit in units:
        sizes[unit.group] += 1
    order = list(sizes)
    if draw is not None:
        order = [order[index] for index in draw.permutation(len(order))]
    chosen, count = set(), 0
    for group in reversed(order):
        if count >= wanted:
            break
        chosen.add(group)
        count += sizes[group]
    return chosen


def _choose(
    units: list[_Unit], rules: SplitRules, draw: np.random.Generator | None
) -> list[_Unit]:
    order = np.arange(len(units)) if draw is None else draw.permutation(len(units))
    if not rules.stratify:
        return [units[index] for index in order[: rules.labels]]
    # Every so many-th of those sorted by their joints: of each number its share.
    visible = np.array([units[index].visible for index in order])
    order = order[np.argsort(visible, kind='stable')]
    places = (np.arange(rules.labels) + 0.5) * len(units) / rules.labels
    return [units[index] for index in order[places.astype(int)]]


def _visible(annotation: dict) -> int:
    return sum(value == 2 for value in annotation['keypoints'][2::3])


def _parts(
    coco: dict, groups: dict[int, Any], val_groups: set[Any], labeled: set[int]
) -> Split:
    annotations = coco['annotations']
    chosen = [one for one in annotations if one['id'] in labeled]
    val = {image for image, group in groups.items() if group in val_groups}
    with_labels = {one['image_id'] for one in annotations if one.get('num_keypoints')}
    bare = [_without_joints(one) for one in annotations if one['image_id'] not in val]
    return Split(
        _part(coco, {one['image_id'] for one in chosen}, chosen),
        _part(coco, set(groups) - val, bare),
        _part(coco, val & with_labels, annotations),
    )


def _without_joints(annotation: dict) -> dict:
    joints = 'keypoints', 'num_keypoints'
    return {key: value for key, value in annotation.items() if key not in joints}


def _part(coco: dict, images: set[int], annotations: list[dict]) -> dict:
    return dict(
        coco,
        images=[image for image in coco['images'] if image['id'] in images],
        annotations=[one for one in annotations if one['image_id'] in images],
    )
