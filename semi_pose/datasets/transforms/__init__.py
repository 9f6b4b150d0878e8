"""Image transforms for MMPose's pipelines."""

from .loading import LoadImageOrSkip, count_unreadable
from .similarity import RandomSimilarity

__all__ = [
    'LoadImageOrSkip',
    'RandomSimilarity',
    'count_unreadable',
]
