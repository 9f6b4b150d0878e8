"""Curves of runs over training steps."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from semi_pose.analysis.scalars import series

DUAL = 'tab:orange'
NETWORKS = {'ensemble': ':', 'net2': '--', 'net1': '-'}


def draw_curves(supervised: list[dict], dual: list[dict]) -> Figure:
    """Draw the accuracy of both runs, and the response of the dual one.

    Args:
        supervised (list[dict]): Scalars of the supervised run.
        dual (list[dict]): Scalars of the dual run.

    Returns:
        Figure: Three panels over training steps: AP, PCK, response.
    """
    figure = Figure(figsize=(11, 3.4), layout='constrained')
    *accuracies, right = figure.subplots(1, 3)
    for axes, key in zip(accuracies, ('AP', 'PCK'), strict=True):
        _plot(axes, supervised, f'coco/{key}', 'supervised', 'tab:blue', 'o-', 100)
        for name, style in NETWORKS.items():
            line = f'{name}/coco/{key}'
            _plot(axes, dual, line, f'dual: {name}', DUAL, f'o{style}', 100)
        axes.set(title=f'{key} on validation people (%)')
        axes.legend(frameon=False, fontsize=8)
    _plot(right, dual, 'response', 'dual', DUAL, '-', 1)
    right.set(title='mean peak of the heatmaps\non unlabeled people', ylim=(0, None))
    for axes in (*accuracies, right):
        axes.set_xlim(left=0)
        axes.set_xlabel('training step')
        axes.spines[['top', 'right']].set_visible(False)
    return figure


def _plot(
    axes: Axes,
    records: list[dict],
    key: str,
    label: str,
    color: str,
    style: str,
    factor: float,
) -> None:
    steps, values = series(records, key)
    values = [value * factor for value in values]
    axes.plot(steps, values, style, label=label, color=color, markersize=3)
