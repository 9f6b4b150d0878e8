"""What a study's runs have logged, summed up over seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from semi_pose.runs.logs import (
    in_steps,
    is_validation,
    network_metrics,
    read_scalars,
    series,
)
from semi_pose.study.ablations import Number
from semi_pose.study.plan import Method, Plan, Sweep, Trial

MONITOR = 'collapse/response'
RESPONSE = 'response'
BINS = 5


class Spread(NamedTuple):
    """Values of several seeds.

    Attributes:
        mean (float): Mean.
        low (float): Lowest.
        high (float): Highest.
        num (int): How many.
    """

    mean: float
    low: float
    high: float
    num: int

    def text(self, digits: int = 1) -> str:
        """Write the mean and, for several seeds, the range."""
        mean, low, high = (f'{value:.{digits}f}' for value in self[:3])
        return mean if self.num == 1 else f'{mean} ({low} to {high})'


def spread(values: Iterable[float]) -> Spread | None:
    """Sum values up; None if there are none."""
    values = list(values)
    if not values:
        return None
    return Spread(fmean(values), min(values), max(values), len(values))


@dataclass(eq=False)
class Outcome:
    """What a finished run has logged.

    Attributes:
        trial (Trial): The run.
        records (list[dict]): Its scalars, all by step.
        last (dict[str, dict[str, float]]): AP, PCK of the last validation, in
            percent, by network.
        best (dict[str, dict[str, float]]): The best of all validations.
        response (list): Steps and responses.
    """

    trial: Trial
    records: list[dict]
    last: dict[str, dict[str, float]]
    best: dict[str, dict[str, float]]
    response: tuple[list[int], list[float]]


@dataclass(eq=False)
class Results:
    """What the finished runs of a study have logged.

    Attributes:
        plan (Plan): The study.
        outcomes (dict[Trial, Outcome]): By run.
        response_key (str): Which scalar the responses are.
    """

    plan: Plan
    outcomes: dict[Trial, Outcome]
    response_key: str

    @property
    def methods(self) -> list[Method]:
        """list[Method]: Those with a finished run."""
        return [method for method in self.plan.methods if self.of(method)]

    @property
    def sweeps(self) -> list[Sweep]:
        """list[Sweep]: Those with two finished runs."""
        return [one for one in self.plan.sweeps if len(self.points(one)) > 1]

    def of(self, method: Method) -> list[Outcome]:
        """Return the outcomes of a method's finished runs, by seed as named."""
        return [self.outcomes[one] for one in method.trials if one in self.outcomes]

    def points(self, sweep: Sweep) -> dict[Number, Outcome]:
        """Return the outcomes of an ablation's finished runs, by value."""
        return {
            value: self.outcomes[trial]
            for value, trial in sweep.points.items()
            if trial in self.outcomes
        }

    @property
    def metrics(self) -> list[str]:
        """list[str]: Metrics that the runs have, AP first."""
        return list(
            dict.fromkeys(
                name
                for outcome in self.outcomes.values()
                for values in outcome.last.values()
                for name in values
            )
        )


def read_results(plan: Plan) -> Results:
    """Read the logs of a study's finished runs.

    Args:
        plan (Plan): The study.

    Returns:
        Results: The response is CollapseMonitor's, of the same images at each
        measurement, where most runs have logged it, else that of training batches.
    """
    logs = {
        trial: in_steps(read_scalars(trial.run.folder))
        for trial in plan.trials
        if trial.done
    }
    has = {
        key: sum(bool(series(records, key)[0]) for records in logs.values())
        for key in (MONITOR, RESPONSE)
    }
    key = max(has, key=has.get)
    outcomes = {trial: _outcome(trial, log, key) for trial, log in logs.items()}
    return Results(plan, outcomes, key)


def _outcome(trial: Trial, records: list[dict], key: str) -> Outcome:
    validations = [network_metrics(one) for one in filter(is_validation, records)]
    last = _percent(validations[-1])
    best = {
        network: {
            name: 100 * max(one[network][name] for one in validations)
            for name in values
        }
        for network, values in last.items()
    }
    return Outcome(trial, records, last, best, series(records, key))


def _percent(metrics: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {
        network: {name: 100 * value for name, value in values.items()}
        for network, values in metrics.items()
    }


def accuracy(
    outcomes: Sequence[Outcome], metric: str, network: str = 'net1', best: bool = False
) -> Spread | None:
    """Sum up the accuracy of a method's runs.

    Args:
        outcomes (Sequence[Outcome]): The runs.
        metric (str): ``AP``, ``PCK``.
        network (str): ``net1``, ``net2``, ``ensemble``, ``ema``.
        best (bool): Take the best validation of each run, not the last.

    Returns:
        Spread, optional: Percent; None if no run has it.
    """
    found = [(one.best if best else one.last).get(network, {}) for one in outcomes]
    return spread(values[metric] for values in found if metric in values)


def end_response(outcomes: Sequence[Outcome]) -> Spread | None:
    """Sum up the last responses of a method's runs; None if none has logged any."""
    return spread(one.response[1][-1] for one in outcomes if one.response[1])


def highest_response(outcomes: Sequence[Outcome]) -> Spread | None:
    """Sum up the highest responses on the way."""
    return spread(max(one.response[1]) for one in outcomes if one.response[1])


def curve(
    outcome: Outcome, metric: str, network: str = 'net1'
) -> tuple[list[int], list[float]]:
    """Read the accuracy of one network over the training.

    Args:
        outcome (Outcome): A finished run.
        metric (str): ``AP``, ``PCK``.
        network (str): Which network.

    Returns:
        tuple[list[int], list[float]]: Steps, percent.
    """
    points = [
        (one['step'], 100 * network_metrics(one)[network][metric])
        for one in outcome.records
        if is_validation(one) and metric in network_metrics(one).get(network, {})
    ]
    return [step for step, _ in points], [value for _, value in points]


def histogram(records: list[dict], truth: bool = False) -> list[float] | None:
    """Read the last histogram of heatmap values that CollapseMonitor has logged.

    Args:
        records (list[dict]): Scalars of a run.
        truth (bool): That of the ground truth, not the network's.

    Returns:
        list[float], optional: Shares of the pixels in 5 bins of [0, 1]; None if
        there is none.
    """
    name = 'collapse/gt_hist' if truth else 'collapse/hist'
    bins = [series(records, f'{name}_{number}')[1] for number in range(BINS)]
    return [values[-1] for values in bins] if all(bins) else None
