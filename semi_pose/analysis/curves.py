"""Curves of runs over training steps, all in one style."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from semi_pose.models.members import member_title
from semi_pose.runs.logs import METRICS, is_validation, network_metrics, series

# Okabe and Ito's colors without yellow, which color-blind readers can tell apart.
COLORS = ('#000000', '#D55E00', '#0072B2', '#009E73', '#E69F00', '#56B4E9', '#CC79A7')
STYLES = ('-', '--', ':', '-.')
LEGEND_COLUMNS = 3
STEP_LABEL = 'training step'
DPI = 110
Points = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True)
class Line:
    """One line of a panel, with a band where it stands for several runs.

    Attributes:
        label (str): Name in the legend.
        runs (Sequence): (positions, values) of each run.
        color (str): Color.
        style (str): Line style of matplotlib, with a marker if wanted.
    """

    label: str
    runs: Sequence[Points]
    color: str
    style: str = '-'


@dataclass(frozen=True)
class Panel:
    """One pair of axes.

    Attributes:
        ylabel (str): What is drawn, with its unit.
        lines (Sequence[Line]): Lines.
        xlabel (str): What it is drawn over.
    """

    ylabel: str
    lines: Sequence[Line]
    xlabel: str = STEP_LABEL


def look(number: int) -> tuple[str, str]:
    """Return the color and the line style of the n-th line."""
    return COLORS[number % len(COLORS)], STYLES[number // len(COLORS) % len(STYLES)]


def mean_and_range(
    runs: Sequence[Points], smooth: int = 1
) -> tuple[np.ndarray, pd.Series, pd.Series, pd.Series]:
    """Average curves of several runs.

    Args:
        runs (Sequence): (positions, values) of each run; positions may differ;
            only the range that all runs cover is used.
        smooth (int): Number of points in the moving average; 1 for none.

    Returns:
        tuple[ndarray, Series, Series, Series]: Positions, and there the mean, the
        lowest and the highest value over the runs.
    """
    smoothed = [
        pd.Series(values, positions, dtype=float)
        .rolling(smooth, center=True, min_periods=1)
        .mean()
        .groupby(level=0)
        .last()
        for positions, values in runs
    ]
    grid = pd.concat(smoothed, axis=1).sort_index()
    grid = grid.interpolate('index', limit_area='inside').dropna()
    return grid.index.to_numpy(), grid.mean(1), grid.min(1), grid.max(1)


def draw_panels(panels: Sequence[Panel], smooth: int = 1) -> Figure:
    """Draw panels with one legend.

    Args:
        panels (Sequence[Panel]): What to draw.
        smooth (int): See :func:`mean_and_range`.

    Returns:
        Figure: Mean lines, and bands from the lowest to the highest run.
    """
    columns = 2 if len(panels) == 4 else min(3, len(panels))
    width = 5 if columns == 1 else 9.6
    rows = -(-len(panels) // columns)
    names = {line.label for panel in panels for line in panel.lines}
    height = 3.2 * rows + 0.25 * -(-len(names) // LEGEND_COLUMNS)
    figure = Figure(figsize=(width, height), layout='constrained')
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    for axes, panel in zip(grid.flat, panels, strict=False):
        draw_panel(axes, panel, smooth)
    add_legend(figure, grid.flat)
    return figure


def draw_panel(axes: Axes, panel: Panel, smooth: int = 1) -> None:
    """Draw one panel.

    Args:
        axes (Axes): Where.
        panel (Panel): What.
        smooth (int): See :func:`mean_and_range`.
    """
    for line in panel.lines:
        runs = [run for run in line.runs if len(run[0])]
        if not runs:
            continue
        grid, mean, low, high = mean_and_range(runs, smooth)
        axes.plot(grid, mean, line.style, color=line.color, label=line.label, ms=4)
        if len(runs) > 1:
            axes.fill_between(grid, low, high, color=line.color, alpha=0.15, lw=0)
    axes.set(xlabel=panel.xlabel, ylabel=panel.ylabel)
    axes.spines[['top', 'right']].set_visible(False)
    axes.grid(alpha=0.25, lw=0.6)


def add_legend(figure: Figure, grid: Sequence[Axes]) -> None:
    """Put one legend below all panels.

    Args:
        figure (Figure): The figure, in constrained layout.
        grid (Sequence[Axes]): Its axes.
    """
    handles = {}
    # The panel with the most lines first, since it sets the order.
    drawn = [axes.get_legend_handles_labels() for axes in grid]
    for found in sorted(drawn, key=lambda one: -len(one[0])):
        for handle, label in zip(*found, strict=True):
            handles.setdefault(label, handle)
    if handles:
        figure.legend(
            handles.values(),
            handles.keys(),
            loc='outside lower center',
            ncols=min(LEGEND_COLUMNS, len(handles)),
            frameon=False,
            handlelength=3,
        )


def run_panels(records: list[dict]) -> list[Panel]:
    """Lay out what one run has logged.

    Args:
        records (list[dict]): Its scalars, in steps.

    Returns:
        list[Panel]: Loss, response, and each metric of a validation by network; those
        that the run has.
    """
    losses = {'loss': 'total', 'loss_consistency': 'consistency'}
    peaks = {'collapse/response': 'unlabeled', 'collapse/labeled_response': 'labeled'}
    if not any('collapse/response' in one for one in records):
        peaks = {'response': 'unlabeled'}
    panels = [
        _panel('loss', {name: series(records, key) for key, name in losses.items()}),
        _panel(
            'mean peak of the heatmaps',
            {f'{name} people': series(records, key) for key, name in peaks.items()},
        ),
    ]
    for metric in METRICS:
        networks: dict[str, tuple[list, list]] = {}
        for record in filter(is_validation, records):
            for name, values in network_metrics(record).items():
                if metric in values:
                    steps, found = networks.setdefault(member_title(name), ([], []))
                    steps.append(record['step'])
                    found.append(100 * values[metric])
        panels.append(_panel(f'{metric} on validation people (%)', networks, 'o-'))
    return [panel for panel in panels if panel.lines]


def _panel(ylabel: str, drawn: dict[str, Points], style: str = '-') -> Panel:
    filled = {label: points for label, points in drawn.items() if points[0]}
    lines = [
        Line(label, [points], look(number)[0], style)
        for number, (label, points) in enumerate(filled.items())
    ]
    return Panel(ylabel, lines)


def draw_curves(supervised: list[dict], dual: list[dict]) -> Figure:
    """Draw the accuracy of both runs of the demo, and the response of the dual one.

    Args:
        supervised (list[dict]): Scalars of the supervised run.
        dual (list[dict]): Scalars of the dual run.

    Returns:
        Figure: Three panels over training steps: AP, PCK, response.
    """
    *_, last = filter(is_validation, dual)
    # Network 1, which is compared, lies on top.
    drawn = {'supervised': (supervised, '')} | {
        f'dual: {member_title(name)}': (dual, f'{name}/')
        for name in reversed(network_metrics(last))
    }

    def panel(ylabel: str, key: str, factor: float) -> Panel:
        lines = []
        for number, (label, (records, network)) in enumerate(drawn.items()):
            steps, values = series(records, network + key)
            points = (steps, [value * factor for value in values])
            lines.append(Line(label, [points], look(number)[0], 'o-'))
        return Panel(ylabel, lines)

    response = Line('dual', [series(dual, 'response')], look(len(drawn) - 1)[0])
    figure = draw_panels(
        [
            panel('AP on validation people (%)', 'coco/AP', 100),
            panel('PCK@0.1 on validation people (%)', 'coco/PCK', 100),
            Panel('response on unlabeled people', [response]),
        ]
    )
    figure.axes[-1].set_ylim(bottom=0)
    return figure
