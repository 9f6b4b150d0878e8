"""Looking at runs: their logs, their heatmaps, and pictures of both."""

from semi_pose.analysis.curves import draw_curves
from semi_pose.analysis.networks import (
    build_pairs,
    load_networks,
    load_recipe,
    mean_peaks,
    unlabeled_batches,
)
from semi_pose.analysis.runs import Run
from semi_pose.analysis.scalars import read_scalars, series
from semi_pose.analysis.views import Views, compose_views, draw_views, save_views

__all__ = [
    'Run',
    'Views',
    'build_pairs',
    'compose_views',
    'draw_curves',
    'draw_views',
    'load_networks',
    'load_recipe',
    'mean_peaks',
    'read_scalars',
    'save_views',
    'series',
    'unlabeled_batches',
]
