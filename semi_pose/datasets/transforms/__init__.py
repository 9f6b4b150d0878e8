"""Image transforms for MMPose's pipelines."""

from .loading import (
    LoadImageOrSkip,
    count_resized,
    count_unreadable,
    different_size,
    shape_in_file,
)
from .similarity import RandomSimilarity

__all__ = [
    'LoadImageOrSkip',
    'RandomSimilarity',
    'count_resized',
    'count_unreadable',
    'different_size',
    'shape_in_file',
]
