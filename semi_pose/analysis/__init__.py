"""Looking at runs: their curves, their heatmaps, and pictures of both."""

from semi_pose.analysis.curves import draw_curves
from semi_pose.analysis.networks import build_pairs, load_networks, mean_peaks
from semi_pose.analysis.views import Views, compose_views, draw_views, save_views

__all__ = [
    'Views',
    'build_pairs',
    'compose_views',
    'draw_curves',
    'draw_views',
    'load_networks',
    'mean_peaks',
    'save_views',
]
