"""Image transforms for MMPose's pipelines."""

from semi_pose.datasets.transforms.loading import LoadImageOrSkip, count_unreadable
from semi_pose.datasets.transforms.similarity import RandomSimilarity

__all__ = [
    'LoadImageOrSkip',
    'RandomSimilarity',
    'count_unreadable',
]
