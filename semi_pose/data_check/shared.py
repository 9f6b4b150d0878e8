"""Pictures that are in two sets."""

import filecmp
import os.path as osp
from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

import numpy as np

from semi_pose.data_check.pictures import Pictures
from semi_pose.data_check.sets import TRAINING, DataSet
from semi_pose.datasets.look_alikes import look_alikes


class Shared(NamedTuple):
    """What two sets share.

    Attributes:
        first (str): Name of a set.
        second (str): Name of another one.
        same (list[str]): Pictures that are in both.
        copies (list[tuple[str, str]]): Files of the same content.
        alike (list[tuple[str, str, float]]): Other pictures that look alike, and their
            correlation; the most alike first.
    """

    first: str
    second: str
    same: list[str]
    copies: list[tuple[str, str]]
    alike: list[tuple[str, str, float]]

    @property
    def spoils(self) -> bool:
        """bool: Whether pictures for validation are trained on."""
        return self.validates and bool(self.same or self.copies)

    @property
    def validates(self) -> bool:
        """bool: Whether one set is trained on, and the other one is not."""
        return (self.first in TRAINING) != (self.second in TRAINING)


def pairs_to_compare(sets: list[DataSet]) -> list[tuple[DataSet, DataSet]]:
    """Return the pairs of sets of which one at least is trained on."""
    return [pair for pair in combinations(sets, 2) if pair[0].name in TRAINING]


def find_shared(
    sets: list[DataSet], pictures: Pictures, advance: Callable[[], None] = lambda: None
) -> list[Shared]:
    """Find pictures that are in two sets.

    Args:
        sets (list[DataSet]): The sets.
        pictures (Pictures): What was read of their pictures.
        advance (Callable): Called after each pair of sets.

    Returns:
        list[Shared]: For the labeled and the unlabeled set, and for each of them with
        those that are not trained on.
    """
    found = []
    for pair in pairs_to_compare(sets):
        found.append(_share(*pair, pictures))
        advance()
    return found


def _share(first: DataSet, second: DataSet, pictures: Pictures) -> Shared:
    ours, theirs = (
        {osp.realpath(path): path for path in one.paths} for one in (first, second)
    )
    same = [path for real, path in ours.items() if real in theirs]
    copies, alike = [], []
    for a, b, value in _alike(list(ours.values()), list(theirs.values()), pictures):
        if osp.realpath(a) == osp.realpath(b):
            continue
        if filecmp.cmp(a, b, shallow=False):
            copies.append((a, b))
        else:
            alike.append((a, b, value))
    return Shared(first.name, second.name, same, copies, alike)


def _alike(
    first: list[str], second: list[str], pictures: Pictures
) -> list[tuple[str, str, float]]:
    """Compare the pictures and their people; each pair of pictures comes once."""
    (a, thumbnails_a), (b, thumbnails_b) = (
        _regions(paths, pictures) for paths in (first, second)
    )
    pairs = {}
    for i, j, value in look_alikes(thumbnails_a, thumbnails_b).tolist():
        pairs.setdefault((a[int(i)], b[int(j)]), value)
    return [(*pair, value) for pair, value in pairs.items()]


def _regions(paths: list[str], pictures: Pictures) -> tuple[list[str], np.ndarray]:
    thumbnails = [
        pictures.thumbnails[path] for path in paths if path in pictures.thumbnails
    ]
    read = [path for path in paths if path in pictures.thumbnails]
    names = [path for path, one in zip(read, thumbnails, strict=True) for _ in one]
    return names, np.concatenate([np.empty((0, 16, 18), np.uint8), *thumbnails])
