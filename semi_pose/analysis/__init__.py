"""Analysis of runs: curves, heatmaps, pictures and costs."""

from .curves import draw_curves
from .networks import build_pairs, load_networks, mean_peaks
from .pictures import Picture, draw_pictures
from .views import Views, compose_views, save_views

__all__ = [
    'Picture',
    'Views',
    'build_pairs',
    'compose_views',
    'draw_curves',
    'draw_pictures',
    'load_networks',
    'mean_peaks',
    'save_views',
]
