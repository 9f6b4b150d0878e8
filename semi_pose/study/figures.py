"""Figures of a study, in the order of the paper's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from semi_pose.analysis.curves import COLORS, Line, Panel, add_legend, draw_panels, look
from semi_pose.study.measurements import Results, curve
from semi_pose.study.plan import Sweep

BIN_NAMES = ('< 0.2', '0.2-0.4', '0.4-0.6', '0.6-0.8', '≥ 0.8')
WIDE = 20  # settings over more than this factor are drawn on a logarithmic axis
SUFFIXES = {'net1': '', 'ensemble': ', ensemble', 'ema': ', mean teacher'}


def draw_training(results: Results) -> Figure:
    """Draw responses and accuracies over the training (paper, Figures 3 and 4).

    Args:
        results (Results): The study's logs.

    Returns:
        Figure: A line a method, with the range over its seeds; accuracies are
        network 1's.
    """
    looks = {one: look(number) for number, one in enumerate(results.methods)}
    response = [
        Line(one.title, [each.response for each in results.of(one)], *looks[one])
        for one in results.methods
    ]
    panels = [Panel('response on unlabeled people', response)]
    for metric in results.metrics:
        lines = []
        for method, (color, style) in looks.items():
            runs = [curve(one, metric) for one in results.of(method)]
            lines.append(Line(method.title, runs, color, f'o{style}'))
        panels.append(Panel(f'{metric} on validation people (%)', lines))
    figure = draw_panels(panels)
    figure.axes[0].set_ylim(bottom=0)
    for axes in figure.axes:
        axes.set_xlim(left=0)
    return figure


def draw_histogram(
    shares: dict[str, Sequence[float]], truth: Sequence[float]
) -> Figure:
    """Draw the histogram of heatmap values against the ground truth's (Figure 9).

    Args:
        shares (dict[str, Sequence[float]]): Shares of the pixels in 5 bins, by method.
        truth (Sequence[float]): Those of the ground truth.

    Returns:
        Figure: The ground truth's shares, and the methods' relative to them.
    """
    figure = Figure(figsize=(9.6, 4.3), layout='constrained')
    left, right = figure.subplots(1, 2, width_ratios=(1, 2.2))
    left.bar(range(len(truth)), 100 * np.asarray(truth), color='0.6')
    left.set(ylabel='pixels of the ground truth (%)')
    width = 0.84 / len(shares)
    for number, (title, values) in enumerate(shares.items()):
        color, style = look(number)
        right.bar(
            np.arange(len(truth)) + (number - (len(shares) - 1) / 2) * width,
            np.asarray(values) / np.asarray(truth),
            width,
            label=title,
            color=color,
            # Where colors come again, as lines are dashed.
            hatch=None if style == '-' else '////',
            edgecolor='white',
            linewidth=0.3,
        )
    right.axhline(1, color='0.4', lw=0.8)
    right.set(ylabel='pixels, over the ground truth')
    for axes in (left, right):
        axes.set(xlabel='heatmap value', yscale='log')
        axes.yaxis.set_major_formatter('{x:g}')
        axes.set_xticks(range(len(truth)), BIN_NAMES, fontsize=8)
        axes.spines[['top', 'right']].set_visible(False)
    add_legend(figure, [right])
    return figure


def draw_difficulty(accuracies: dict[str, dict[str, float]]) -> Figure:
    """Draw one network's accuracy under each augmentation (paper, Figure 5).

    Args:
        accuracies (dict): accuracy in percent by augmentation.

    Returns:
        Figure: A panel of bars for each metric.
    """
    names = list(accuracies)
    metrics = list(next(iter(accuracies.values())))
    figure = Figure(figsize=(4.6 * len(metrics), 2.8), layout='constrained')
    grid = figure.subplots(1, len(metrics), sharey=True, squeeze=False)[0]
    for axes, metric in zip(grid, metrics, strict=True):
        values = [accuracies[name][metric] for name in names]
        bars = axes.barh(names, values, color=COLORS[2])
        bars[0].set_color('0.6')
        axes.bar_label(bars, fmt='%.1f', padding=3)
        axes.set(xlabel=f'{metric} on validation people (%)')
        axes.margins(x=0.12)
        axes.spines[['top', 'right']].set_visible(False)
    grid[0].invert_yaxis()
    return figure


def draw_sweeps(results: Results, sweeps: Sequence[Sweep]) -> Figure:
    """Draw what one ablation changes (paper, Figures 10, 12, 13, Table 9).

    Args:
        results (Results): The study's logs.
        sweeps (Sequence[Sweep]): One ablation of one or more recipes.

    Returns:
        Figure: Accuracies and the last response over the setting; the recipes' own
        value is marked by a dotted line. Without a suffix: network 1.
    """
    label = sweeps[0].ablation.label
    panels = [
        Panel(
            f'{metric} on validation people (%)',
            [
                line
                for number, sweep in enumerate(sweeps)
                for line in _accuracies(results, sweep, metric, COLORS[number])
            ],
            label,
        )
        for metric in results.metrics
    ]
    responses = [
        _response(results, sweep, COLORS[number]) for number, sweep in enumerate(sweeps)
    ]
    if any(line.runs[0][0] for line in responses):
        panels.append(Panel('response at the end', responses, label))
    figure = draw_panels(panels)
    values = [value for sweep in sweeps for value in results.points(sweep)]
    is_wide = min(values) > 0 and max(values) / min(values) > WIDE
    for axes in figure.axes:
        if is_wide:
            axes.set_xscale('log')
            axes.xaxis.set_major_formatter('{x:g}')
        for own in {sweep.own for sweep in sweeps}:
            axes.axvline(own, color='0.6', lw=0.9, ls=':', zorder=0)
    return figure


def _accuracies(results: Results, sweep: Sweep, metric: str, color: str) -> list[Line]:
    lines = []
    for (network, name), dash in zip(SUFFIXES.items(), ('-', '--', ':'), strict=True):
        found = {
            value: one.last[network][metric]
            for value, one in results.points(sweep).items()
            if metric in one.last.get(network, {})
        }
        if found:
            run = (list(found), list(found.values()))
            title = f'{sweep.method.title}{name}'
            lines.append(Line(title, [run], color, f'o{dash}'))
    return lines


def _response(results: Results, sweep: Sweep, color: str) -> Line:
    found = {
        value: one.response[1][-1]
        for value, one in results.points(sweep).items()
        if one.response[1]
    }
    run = (list(found), list(found.values()))
    return Line(sweep.method.title, [run], color, 'o-')
