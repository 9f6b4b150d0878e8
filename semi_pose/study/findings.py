"""The paper's findings, held against a study's data."""

from __future__ import annotations

from typing import NamedTuple

from semi_pose.study.measurements import (
    Outcome,
    Results,
    accuracy,
    end_response,
    highest_response,
)
from semi_pose.study.plan import Method

# A response that ends below this share of its highest value has fallen.
KEPT = 0.5
Accuracies = dict[str, dict[str, float]]


class Finding(NamedTuple):
    """One finding.

    Attributes:
        claim (str): What the paper finds.
        held (bool): Whether it is so here.
        numbers (str): What was measured.
    """

    claim: str
    held: bool
    numbers: str


def find_all(results: Results, difficulty: Accuracies | None = None) -> list[Finding]:
    """Check every finding that the study has data for.

    Args:
        results (Results): The study's logs.
        difficulty (dict, optional): accuracy of one network by augmentation.

    Returns:
        list[Finding]: Methods are compared at the same number of labels, by the last
        validation of network 1.
    """
    findings = []
    for labels in dict.fromkeys(method.labels for method in results.methods):
        group = [method for method in results.methods if method.labels == labels]
        findings += _of_group(results, group)
    return findings + difficulty_findings(difficulty or {})


def _of_group(results: Results, methods: list[Method]) -> list[Finding]:
    def first(kind: str) -> Method | None:
        return next((one for one in methods if one.kind == kind), None)

    supervised, standard = first('supervised'), first('standard')
    single, dual = first('single'), first('dual')
    findings = []
    for method in methods:
        if method.kind in ('standard', 'mean_teacher') and not method.easy_hard:
            findings += response_finding(results, method, falls=True)
    if standard:
        findings += _below_best(results, standard)
    findings += _beats(results, single, standard)
    for method in methods:
        if method.easy_hard:
            findings += response_finding(results, method, falls=False)
    findings += _beats(results, single, supervised)
    return findings + _beats(results, dual, single)


def response_finding(results: Results, method: Method, falls: bool) -> list[Finding]:
    """Check that a method's response falls, or that it does not.

    Args:
        results (Results): The study's logs.
        method (Method): A method.
        falls (bool): What the paper finds.

    Returns:
        list[Finding]: One; none if no response is logged.
    """
    outcomes = results.of(method)
    end, top = end_response(outcomes), highest_response(outcomes)
    if end is None:
        return []
    share = end.mean / top.mean
    verb = 'falls' if falls else 'stays'
    return [
        Finding(
            f'{method.title}: the response {verb}',
            (share < KEPT) == falls,
            f'{top.text(3)} at its highest, {end.text(3)} at the end: {share:.0%}',
        )
    ]


def _below_best(results: Results, method: Method) -> list[Finding]:
    findings = []
    for metric in results.metrics:
        end = accuracy(results.of(method), metric)
        best = accuracy(results.of(method), metric, best=True)
        if end is not None:
            findings.append(
                Finding(
                    f'{method.title} ends below its best {metric}',
                    end.mean < best.mean,
                    f'{best.text()} at its best, {end.text()} at the end: '
                    f'{end.mean - best.mean:+.1f}',
                )
            )
    return findings


def _beats(
    results: Results, better: Method | None, worse: Method | None
) -> list[Finding]:
    if better is None or worse is None:
        return []
    outcomes, others = results.of(better), results.of(worse)
    return [
        compare(better, outcomes, worse, others, metric)
        for metric in results.metrics
        if accuracy(outcomes, metric) and accuracy(others, metric)
    ]


def compare(
    better: Method,
    outcomes: list[Outcome],
    worse: Method,
    others: list[Outcome],
    metric: str,
) -> Finding:
    """Check that one method beats another on average, and count seeds.

    Args:
        better (Method): What the paper finds better.
        outcomes (list[Outcome]): Its runs.
        worse (Method): The other.
        others (list[Outcome]): Its runs.
        metric (str): ``AP`` or ``PCK``.

    Returns:
        Finding: Held if the mean is higher.
    """
    values, against = accuracy(outcomes, metric), accuracy(others, metric)
    by_seed = {one.trial.seed: one.last['net1'][metric] for one in others}
    pairs = [
        (one.last['net1'][metric], by_seed[one.trial.seed])
        for one in outcomes
        if one.trial.seed in by_seed
    ]
    wins = sum(mine > other for mine, other in pairs)
    gain = values.mean - against.mean
    return Finding(
        f'{better.title} beats {worse.title} in {metric}',
        gain > 0,
        f'{values.text()} against {against.text()}: {gain:+.1f}; '
        f'higher with {wins} of {len(pairs)} seeds',
    )


def difficulty_findings(difficulty: Accuracies) -> list[Finding]:
    """Check that each hard view makes a network less accurate than the easy one.

    Args:
        difficulty (dict): accuracy by augmentation, that without any first.

    Returns:
        list[Finding]: One a metric.
    """
    if not difficulty:
        return []
    easy, *hard = difficulty.items()
    findings = []
    for metric, value in easy[1].items():
        numbers = ', '.join(f'{name} {values[metric]:.1f}' for name, values in hard)
        findings.append(
            Finding(
                f'Hard views make a network less accurate in {metric}',
                all(values[metric] < value for _, values in hard),
                f'{value:.1f} on easy views; {numbers}',
            )
        )
    return findings
