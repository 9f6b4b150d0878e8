"""Figures: two things timed in turn, so that both meet the same machine."""

import gc
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from timeit import Timer

from torch.utils import benchmark


@dataclass(frozen=True)
class Figure:
    """One line of a report.

    Attributes:
        name (str): What is measured.
        ours (list[float]): One a round, in ``unit``.
        reference (list[float]): What it is measured against, round by round.
        unit (str): Of both.
        target (str): Bound of the ratio, such as '<= 1.02'; empty where none is set.
        speedup (bool): The ratio is reference / ours, not ours / reference.
    """

    name: str
    ours: list[float]
    reference: list[float]
    unit: str = 's'
    target: str = ''
    speedup: bool = False

    @property
    def ratios(self) -> list[float]:
        """The ratio of each round."""
        pairs = zip(self.ours, self.reference, strict=True)
        return [b / a if self.speedup else a / b for a, b in pairs]

    @property
    def medians(self) -> tuple[float, float]:
        """Of ours and of the reference."""
        return statistics.median(self.ours), statistics.median(self.reference)

    @property
    def ratio(self) -> float:
        """Median ratio."""
        return statistics.median(self.ratios)

    @property
    def reached(self) -> bool | None:
        """Whether the ratio is within the target, None where there is none."""
        if not self.target:
            return None
        sign, bound = self.target.split()
        ahead = float(bound) - self.ratio
        return ahead >= 0 if sign == '<=' else ahead <= 0


def compare(
    name: str,
    ours: Callable[[], object],
    reference: Callable[[], object],
    rounds: int,
    target: str = '',
    speedup: bool = False,
) -> Figure:
    """Time two functions in turn, after one call of each to warm up.

    torch's benchmark.Timer takes no turns and calls a function three times for one
    time; its clock, which waits for the device, is what is used.
    """
    # Garbage is collected meanwhile, as it is when people train.
    timers = [Timer(one, gc.enable, benchmark.timer) for one in (ours, reference)]
    ours(), reference()
    seconds = [], []
    for number in range(rounds):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            seconds[which].append(timers[which].timeit(1))
    return Figure(name, *seconds, 's', target, speedup)
