"""A choice of people that differ among themselves."""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np

FACTOR = 5  # candidates for each person who is chosen


def select_diverse(
    scores: Sequence[float],
    features: np.ndarray,
    num: int,
    groups: Sequence[Hashable] | None = None,
    per_group: int = 1,
    factor: int = FACTOR,
) -> list[int]:
    """Choose people with high scores that differ among themselves.

    The best ``factor * num`` people are candidates. The best of them is chosen first,
    then again and again the one that is furthest from all chosen so far (greedy
    k-center; Sener and Savarese, ICLR 2018).

    Args:
        scores (Sequence[float]): (N,) the higher, the better.
        features (ndarray): (N, C) descriptors, compared by Euclidean distance.
        num (int): How many to choose; all if there are fewer.
        groups (Sequence, optional): (N,) the group of each, such as its video.
        per_group (int): How many people of a group are candidates at most, the best.
        factor (int): Candidates for each person who is chosen; 1 chooses by score
            alone.

    Returns:
        list[int]: Their numbers, in the order of the choice.
    """
    order = np.argsort(-np.asarray(scores), kind='stable').tolist()
    if groups is not None:
        order = _limited(order, groups, per_group)
    candidates = np.array(order[: factor * num])
    if not len(candidates):
        return []
    points = np.asarray(features, np.float32)[candidates]
    chosen, nearest = [0], np.linalg.norm(points - points[0], axis=1)
    while len(chosen) < min(num, len(candidates)):
        nearest[chosen] = -1
        chosen.append(int(nearest.argmax()))
        distances = np.linalg.norm(points - points[chosen[-1]], axis=1)
        nearest = np.minimum(nearest, distances)
    return candidates[chosen].tolist()


def _limited(order: list[int], groups: Sequence[Hashable], most: int) -> list[int]:
    counts: Counter = Counter()
    kept = []
    for number in order:
        counts[groups[number]] += 1
        if counts[groups[number]] <= most:
            kept.append(number)
    return kept
