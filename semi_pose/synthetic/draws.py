"""Random draws that NumPy offers only slowly for single values."""

import bisect
import itertools
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar('T')


def pick(rng: np.random.Generator, weights: Mapping[T, int]) -> T:
    """Draw one of several values.

    Args:
        rng: Source of randomness.
        weights: How often each value is drawn, in whole numbers.

    Returns:
        The drawn value.
    """
    bounds = list(itertools.accumulate(weights.values()))
    return list(weights)[bisect.bisect(bounds, rng.random() * bounds[-1])]


def within(
    rng: np.random.Generator, ranges: Sequence[tuple[float, float]]
) -> list[float]:
    """Draw one value from each of several ranges, uniformly.

    Args:
        rng: Source of randomness.
        ranges: Lowest and highest values.

    Returns:
        The drawn values.
    """
    shares = rng.random(len(ranges)).tolist()
    return [
        low + share * (high - low)
        for share, (low, high) in zip(shares, ranges, strict=True)
    ]
