"""Figures of a study, in the order of the paper's."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure

from semi_pose.analysis.curves import (
    COLORS,
    STYLES,
    Line,
    Panel,
    add_legend,
    draw_panels,
    look,
)
from semi_pose.models.members import member_title
from semi_pose.study.ablations import Ablation
from semi_pose.study.plan import Plan, Sweep
from semi_pose.study.results import RESPONSE, TEACHERS, Results

BIN_NAMES = ('< 0.2', '0.2-0.4', '0.4-0.6', '0.6-0.8', '≥ 0.8')
WIDE = 20  # settings over more than this factor are drawn on a logarithmic axis
FEW = 2  # up to so many methods have all of their networks drawn
Looks = dict[str, tuple[str, str]]


def looks_of(results: Results) -> Looks:
    """Return color and line style of each method, by title: the same everywhere."""
    return {method.title: look(n) for n, method in enumerate(results.methods)}


def draw_training(results: Results) -> Figure:
    """Draw responses and accuracies over the training (paper, Figures 3 and 4).

    Args:
        results (Results): The study's logs.

    Returns:
        Figure: A line for each method, with the range over its seeds; accuracies are
        the tested network's.
    """
    panels, looks = [], looks_of(results)
    for metric in (RESPONSE, *results.metrics):
        lines = []
        for method in results.methods:
            seeds = results.pick(method, metric).groupby('seed', sort=False)
            runs = [(one.step.tolist(), one.value.tolist()) for _, one in seeds]
            color, style = looks[method.title]
            marker = '' if metric == RESPONSE else 'o'
            lines.append(Line(method.title, runs, color, marker + style))
        panels.append(Panel(_axis(metric), lines))
    figure = draw_panels(panels)
    figure.axes[0].set_ylim(bottom=0)
    for axes in figure.axes:
        axes.set_xlim(left=0)
    return figure


def _axis(metric: str) -> str:
    if metric == RESPONSE:
        return 'response on unlabeled people'
    return f'{metric} on validation people (%)'


def draw_histogram(
    shares: pd.DataFrame, truth: Sequence[float], looks: Looks
) -> Figure:
    """Draw the histogram of heatmap values against the ground truth's (Figure 9).

    Args:
        shares (DataFrame): Shares of the pixels in 5 bins (rows), by method (columns).
        truth (Sequence[float]): Those of the ground truth.
        looks (dict): See :func:`looks_of`.

    Returns:
        Figure: The ground truth's shares, and the methods' relative to them.
    """
    figure = Figure(figsize=(9.6, 4.3), layout='constrained')
    left, right = figure.subplots(1, 2, width_ratios=(1, 2.2))
    left.bar(range(len(truth)), 100 * np.asarray(truth), color='0.6')
    left.set(ylabel='pixels of the ground truth (%)')
    _draw_bars(right, shares.div(truth, axis=0), looks)
    right.axhline(1, color='0.4', lw=0.8)
    right.set(ylabel='pixels, over the ground truth')
    for axes in (left, right):
        axes.set(xlabel='heatmap value', yscale='log')
        axes.yaxis.set_major_formatter('{x:g}')
        axes.set_xticks(range(len(truth)), BIN_NAMES, fontsize=8, rotation=0)
        axes.spines[['top', 'right']].set_visible(False)
    add_legend(figure, [right])
    return figure


def _draw_bars(
    axes: Axes,
    values: pd.DataFrame,
    looks: Looks,
    yerr: np.ndarray | None = None,
) -> None:
    """Draw bars by row, side by side for the methods, which are the columns."""
    own = [looks[title] for title in values]
    values.plot.bar(
        ax=axes,
        width=0.84,
        legend=False,
        rot=0,
        yerr=yerr,
        color=[color for color, _ in own],
        edgecolor='white',
        linewidth=0.3,
        error_kw=dict(lw=0.8, ecolor='0.3'),
    )
    drawn = [one for one in axes.containers if isinstance(one, BarContainer)]
    for bars, (_, style) in zip(drawn, own, strict=True):
        # Where colors come again, as lines are dashed.
        for bar in bars if style != '-' else ():
            bar.set_hatch('////')


def draw_difficulty(accuracy: pd.DataFrame) -> Figure:
    """Draw one network's accuracy under each augmentation (paper, Figure 5).

    Args:
        accuracy (DataFrame): Percent, by augmentation (rows) and metric (columns).

    Returns:
        Figure: A panel of bars for each metric.
    """
    figure = Figure(figsize=(4.6 * accuracy.shape[1], 2.8), layout='constrained')
    grid = figure.subplots(1, accuracy.shape[1], sharey=True, squeeze=False)[0]
    for axes, (metric, values) in zip(grid, accuracy.items(), strict=True):
        bars = axes.barh(values.index, values, color=COLORS[2])
        bars[0].set_color('0.6')
        axes.bar_label(bars, fmt='%.1f', padding=3)
        axes.set(xlabel=_axis(metric))
        axes.margins(x=0.12)
        axes.set_xlim(left=0)
        axes.spines[['top', 'right']].set_visible(False)
    grid[0].invert_yaxis()
    return figure


def draw_sweep(ends: pd.DataFrame, sweeps: Sequence[Sweep]) -> Figure:
    """Draw what one ablation changes (paper, Figures 10, 12, 13, Table 9).

    Args:
        ends (DataFrame): The ablation's last values, see :meth:`Results.sweep`.
        sweeps (Sequence[Sweep]): Its recipes.

    Returns:
        Figure: Accuracies and the last response over the setting, with ranges over
        seeds; the recipes' own value is marked by a dotted line. Without a suffix:
        the tested network.
    """
    label = sweeps[0].ablation.label
    methods = list(ends.method.unique())
    metrics = list(ends.metric[ends.network != TEACHERS].unique())
    panels = [
        Panel(_axis(metric), _sweep_lines(ends[ends.metric == metric], methods), label)
        for metric in metrics
    ]
    responses = _sweep_lines(ends[ends.metric == RESPONSE], methods)
    if responses:
        panels.append(Panel('response at the end', responses, label))
    figure = draw_panels(panels)
    for axes in figure.axes[: len(panels)]:
        _mark_settings(axes, ends, sweeps)
    return figure


def draw_overview(sweeps: dict[Ablation, pd.DataFrame], plan: Plan) -> Figure:
    """Draw the first metric of all methods, a panel for each ablation.

    Args:
        sweeps (dict[Ablation, DataFrame]): See :meth:`Results.sweep`.
        plan (Plan): The study.

    Returns:
        Figure: The tested networks, with ranges over seeds.
    """
    panels = []
    for ablation, ends in sweeps.items():
        metric = ends.metric[ends.network != TEACHERS].iloc[0]
        found = ends[(ends.metric == metric) & ends.tested]
        lines = _sweep_lines(found, list(ends.method.unique()))
        panels.append(Panel(_axis(metric), lines, ablation.label))
    figure = draw_panels(panels)
    for axes, (ablation, ends) in zip(figure.axes, sweeps.items(), strict=False):
        own = [sweep for sweep in plan.sweeps if sweep.ablation == ablation]
        _mark_settings(axes, ends, own)
    return figure


def _mark_settings(axes: Axes, ends: pd.DataFrame, sweeps: Sequence[Sweep]) -> None:
    """Scale an axis of settings, and mark the recipes' own ones."""
    ticks = sorted(ends.setting.unique())
    is_wide = sweeps[0].ablation.of_all or ticks[-1] > WIDE * ticks[0]
    if is_wide and ticks[0] > 0:
        axes.set_xscale('log')
        axes.xaxis.set_major_formatter('{x:g}')
        axes.set_xticks(ticks, [f'{tick:.10g}' for tick in ticks])
        axes.set_xticks([], minor=True)
    for own in {sweep.own for sweep in sweeps}:
        axes.axvline(own, color='0.6', lw=0.9, ls=':', zorder=0)


def _sweep_lines(ends: pd.DataFrame, methods: list[str]) -> list[Line]:
    lines = []
    for (method, network), group in ends.groupby(['method', 'network'], sort=False):
        is_tested = group.tested.all()
        if not is_tested and len(methods) > FEW:
            continue
        seeds = [one.sort_values('setting') for _, one in group.groupby('seed')]
        runs = [(one.setting.tolist(), one.value.tolist()) for one in seeds]
        color, style = look(methods.index(method))
        title = method
        if not is_tested:
            title += f', {member_title(network)}'
            number = list(ends.network.unique()).index(network)
            style = STYLES[number % len(STYLES)]
        lines.append(Line(title, runs, color, f'o{style}'))
    return lines


def draw_gain(shares: dict[str, pd.DataFrame], reference: str, looks: Looks) -> Figure:
    """Draw where methods find more joints than the reference.

    Args:
        shares (dict[str, DataFrame]): By what joints are grouped by: percent of
            correct joints by group (rows), method and seed (columns).
        reference (str): The method that others are compared with.
        looks (dict): See :func:`looks_of`.

    Returns:
        Figure: A panel of bars for each kind of groups, with ranges over seeds.
    """
    figure = Figure(figsize=(9.6, 2.9 * len(shares)), layout='constrained')
    grid = figure.subplots(len(shares), 1, squeeze=False)[:, 0]
    for axes, (title, values) in zip(grid, shares.items(), strict=True):
        own = values[reference].mean(axis=1)
        gains = values.drop(columns=reference, level='method').sub(own, axis=0)
        methods = gains.T.groupby(level='method', sort=False)
        mean, low, high = methods.mean().T, methods.min().T, methods.max().T
        ranges = np.stack([(mean - low).T, (high - mean).T], axis=1)
        _draw_bars(axes, mean, looks, ranges if ranges.any() else None)
        axes.axhline(0, color='0.4', lw=0.8)
        axes.set(xlabel=title, ylabel='gain in correct joints (%)')
        axes.spines[['top', 'right']].set_visible(False)
        axes.grid(axis='y', alpha=0.25, lw=0.6)
        axes.set_axisbelow(True)
    add_legend(figure, grid[:1])
    return figure
