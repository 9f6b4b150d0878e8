"""Image transforms for MMPose's pipelines."""

from semi_pose.datasets.transforms.loading import LoadImageOrSkip, count_unreadable
from semi_pose.datasets.transforms.rand_augment import RandAugment
from semi_pose.datasets.transforms.similarity import RandomSimilarity
from semi_pose.datasets.transforms.views import PackViews

__all__ = [
    'LoadImageOrSkip',
    'PackViews',
    'RandAugment',
    'RandomSimilarity',
    'count_unreadable',
]
