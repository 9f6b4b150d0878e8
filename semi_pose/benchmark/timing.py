"""Timing of two things in turn, so that both meet the same machine."""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import StringIO
from multiprocessing import get_context
from typing import TypeVar

import torch

Result = TypeVar('Result')


@dataclass(frozen=True)
class Figure:
    """One line of the benchmark.

    Attributes:
        name (str): What is measured.
        ours (float): Median of ours, in ``unit``.
        reference (float): Median of what it is measured against.
        unit (str): Of both.
        ratios (list[float]): One a round; what ``ratio`` is the median of.
        target (str): Such as '<= 1.02'; empty where none is set.
    """

    name: str
    ours: float
    reference: float
    unit: str
    ratios: list[float]
    target: str = ''

    @property
    def ratio(self) -> float:
        """float: Median ratio."""
        return statistics.median(self.ratios)

    @property
    def reached(self) -> bool | None:
        """bool, optional: Whether the ratio is within the target, if there is one."""
        if not self.target:
            return None
        sign, bound = self.target.split()
        return (
            self.ratio <= float(bound) if sign == '<=' else self.ratio >= float(bound)
        )


def compare(
    name: str,
    ours: Callable[[], object],
    reference: Callable[[], object],
    rounds: int,
    target: str = '',
    speedup: bool = False,
) -> Figure:
    """Time two functions in turn, after one call of each to warm up.

    Args:
        name (str): What is measured.
        ours (Callable): The one.
        reference (Callable): The other, which does the same work.
        rounds (int): Times each is called; who goes first alternates.
        target (str): Bound of the ratio.
        speedup (bool): Report reference / ours, not ours / reference.

    Returns:
        Figure: Seconds a call, and their ratios round by round.
    """
    ours(), reference()
    seconds = []
    for number in range(rounds):
        if number % 2:
            second, first = timed(reference), timed(ours)
        else:
            first, second = timed(ours), timed(reference)
        seconds.append((first, second))
    ratios = [b / a if speedup else a / b for a, b in seconds]
    medians = map(statistics.median, zip(*seconds, strict=True))
    return Figure(name, *medians, 's', ratios, target)


def timed(function: Callable[[], object]) -> float:
    """Time one call, the device's work included.

    Args:
        function (Callable): What to call.

    Returns:
        float: Seconds.
    """
    _synchronize()
    start = time.perf_counter()
    function()
    _synchronize()
    return time.perf_counter() - start


def in_new_process(function: Callable[..., Result], *arguments: object) -> Result:
    """Call a function in a fresh process, as memory and settings outlast a call.

    Args:
        function (Callable): A function of a module.
        *arguments (object): What to call it with.

    Returns:
        Result: What it returned.
    """
    context = get_context('spawn')
    with ProcessPoolExecutor(1, context, initializer=_be_quiet) as executor:
        return executor.submit(function, *arguments).result()


def _be_quiet() -> None:
    warnings.simplefilter('ignore')
    sys.stdout = StringIO()


def _synchronize() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
