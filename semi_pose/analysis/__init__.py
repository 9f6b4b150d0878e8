"""Looking at runs: their logs, their heatmaps, and pictures of both."""

from semi_pose.analysis.heatmaps import load_networks, mean_peaks, unlabeled_batches
from semi_pose.analysis.scalars import read_scalars, series
from semi_pose.analysis.views import Views, compose_views, draw_views

__all__ = [
    'Views',
    'compose_views',
    'draw_views',
    'load_networks',
    'mean_peaks',
    'read_scalars',
    'series',
    'unlabeled_batches',
]
