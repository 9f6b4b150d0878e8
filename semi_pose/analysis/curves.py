"""Curves of runs over training steps."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from semi_pose.analysis.scalars import series

DUAL_LINES = {
    'ensemble/coco/AP': ('dual: ensemble', 'tab:orange', ':'),
    'net2/coco/AP': ('dual: network 2', 'tab:orange', '--'),
    'net1/coco/AP': ('dual: network 1', 'tab:orange', '-'),
}


def draw_curves(supervised: list[dict], dual: list[dict]) -> Figure:
    """Draw the AP of both runs, and the response of the dual one.

    Args:
        supervised (list[dict]): Scalars of the supervised run.
        dual (list[dict]): Scalars of the dual run.

    Returns:
        Figure: Two panels over training steps.
    """
    figure = Figure(figsize=(9, 3.4), layout='constrained')
    left, right = figure.subplots(1, 2)
    lines = {'coco/AP': ('supervised', 'tab:blue', '-')}
    _plot(left, supervised, lines, 100)
    _plot(left, dual, DUAL_LINES, 100)
    left.set(title='accuracy on validation people', ylabel='AP (%)')
    _plot(right, dual, {'response': ('dual: teachers', 'tab:orange', '-')}, 1)
    right.set(title='mean peak of heatmaps on unlabeled people', ylabel='response')
    right.set_ylim(bottom=0)
    for axes in (left, right):
        axes.set_xlim(left=0)
        axes.set_xlabel('training step')
        axes.spines[['top', 'right']].set_visible(False)
        axes.legend(frameon=False, fontsize=8)
    return figure


def _plot(
    axes: Axes,
    records: list[dict],
    lines: Mapping[str, tuple[str, str, str]],
    factor: float,
) -> None:
    for key, (label, color, style) in lines.items():
        steps, values = series(records, key)
        values = [value * factor for value in values]
        marker = 'o' if 'AP' in key else None
        axes.plot(
            steps, values, style, label=label, color=color, marker=marker, markersize=3
        )
