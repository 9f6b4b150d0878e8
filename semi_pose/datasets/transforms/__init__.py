"""Image transforms for MMPose's pipelines."""

from semi_pose.datasets.transforms.loading import (
    LoadImageOrSkip,
    count_resized,
    count_unreadable,
    different_size,
    shape_in_file,
)
from semi_pose.datasets.transforms.similarity import RandomSimilarity

__all__ = [
    'LoadImageOrSkip',
    'RandomSimilarity',
    'count_resized',
    'count_unreadable',
    'different_size',
    'shape_in_file',
]
