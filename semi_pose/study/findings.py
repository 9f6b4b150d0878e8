"""The papers' findings, held against a study's data."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from semi_pose.study.plan import Method
from semi_pose.study.results import RESPONSE, Results, spread

# A response that ends below this share of its highest value has fallen.
KEPT = 0.5
# Of a method that beats another, in percent: what is printed as +0.1.
LEAST_GAIN = 0.05
# What is better, and than what.
BETTER = (
    ('pseudo', 'supervised'),
    ('distill', 'supervised'),
    ('single', 'standard'),
    ('single', 'supervised'),
    ('dual', 'single'),
    ('multiaugs_single', 'single'),
    ('multiaugs_dual', 'dual'),
    ('sspcm', 'dual'),
)


class Finding(NamedTuple):
    """One finding.

    Attributes:
        claim (str): What a paper finds.
        held (bool): Whether it is so here.
        numbers (str): What was measured.
    """

    claim: str
    held: bool
    numbers: str


def find_all(results: Results, difficulty: pd.DataFrame | None = None) -> list[Finding]:
    """Check every finding that the study has data for.

    Args:
        results (Results): The study's logs.
        difficulty (DataFrame, optional): Accuracy of one network by augmentation
            (rows, that without any first) and metric.

    Returns:
        list[Finding]: Methods are compared at the same number of labels, by the last
        validation of the tested network.
    """
    findings = []
    for labels in dict.fromkeys(method.labels for method in results.methods):
        group = [method for method in results.methods if method.labels == labels]
        findings += _of_group(results, group)
    return findings + ([] if difficulty is None else difficulty_findings(difficulty))


def _of_group(results: Results, methods: list[Method]) -> list[Finding]:
    # The first of each kind.
    first = {method.kind: method for method in reversed(methods)}
    findings = []
    for method in methods:
        if method.kind in ('standard', 'mean_teacher') and not method.easy_hard:
            findings += _of_response(results, method, falls=True)
    if 'standard' in first:
        findings += _below_best(results, first['standard'])
    for method in methods:
        if method.easy_hard:
            findings += _of_response(results, method, falls=False)
    for better, worse in BETTER:
        if better in first and worse in first:
            findings += _beats(results, first[better], first[worse])
    return findings


def _of_response(results: Results, method: Method, falls: bool) -> list[Finding]:
    end = results.end(method, RESPONSE)
    top = results.end(method, RESPONSE, best=True)
    if end.empty:
        return []
    share = end.mean() / top.mean()
    claim = f'{method.title}: the response {"falls" if falls else "stays"}'
    numbers = f'{spread(top, 3)} at its highest, {spread(end, 3)} at the end'
    return [Finding(claim, (share < KEPT) == falls, f'{numbers}: {share:.0%}')]


def _below_best(results: Results, method: Method) -> list[Finding]:
    findings = []
    for metric in results.metrics:
        end = results.end(method, metric)
        best = results.end(method, metric, best=True)
        loss = end.mean() - best.mean()
        numbers = f'{spread(best)} at its best, {spread(end)} at the end: {loss:+.1f}'
        claim = f'{method.title} ends below its best {metric}'
        if not end.empty:
            findings.append(Finding(claim, loss < 0, numbers))
    return findings


def _beats(results: Results, better: Method, worse: Method) -> list[Finding]:
    """Check that one method beats another, also with at least half of the seeds."""
    findings = []
    for metric in results.metrics:
        values, others = results.end(better, metric), results.end(worse, metric)
        gain = values.mean() - others.mean()
        pairs = pd.concat([values, others], axis=1, join='inner')
        wins = (pairs.iloc[:, 0] > pairs.iloc[:, 1]).sum()
        numbers = (
            f'{spread(values)} against {spread(others)}: {gain:+.1f}; '
            f'higher with {wins} of {len(pairs)} seeds'
        )
        claim = f'{better.title} beats {worse.title} in {metric}'
        if not (values.empty or others.empty):
            held = gain >= LEAST_GAIN and 2 * wins >= len(pairs)
            findings.append(Finding(claim, held, numbers))
    return findings


def difficulty_findings(difficulty: pd.DataFrame) -> list[Finding]:
    """Check, by metric, that each hard view makes a network less accurate."""
    findings = []
    for metric, (easy, *hard) in difficulty.items():
        names = zip(difficulty.index[1:], hard, strict=True)
        numbers = ', '.join(f'{name} {value:.1f}' for name, value in names)
        claim = f'Hard views make a network less accurate in {metric}'
        numbers = f'{easy:.1f} on easy views; {numbers}'
        findings.append(Finding(claim, max(hard) < easy, numbers))
    return findings


def worth_in_labels(means: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Say how many labels the reference needs to be as good as other methods.

    Args:
        means (DataFrame): Mean accuracy by number of labels (rows) and method.
        reference (str): A column, usually the supervised method.

    Returns:
        DataFrame: Text of the same shape without the reference: numbers of labels,
        interpolated on their logarithm.
    """
    own = means[reference].dropna()
    # The best with as many labels or fewer: noise must not make it fall.
    reached = own.cummax().to_numpy()

    def labels(value: float) -> str:
        if np.isnan(value):
            return ''
        if value > reached[-1]:
            return f'over {own.index[-1]:g}'
        if value < reached[0]:
            return f'under {own.index[0]:g}'
        logs = np.interp(value, reached, np.log(own.index.to_numpy(float)))
        return f'{np.exp(logs):.0f}'

    return means.drop(columns=reference).map(labels)
