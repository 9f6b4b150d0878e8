"""Analysis of runs: curves, heatmaps, pictures and costs."""

from .curves import draw_curves
from .networks import build_pairs, load_networks, mean_peaks
from .views import Views, compose_views, draw_views, save_views

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
