"""Data sets and image transforms."""

from semi_pose.datasets.annotation_files import load_coco, shared_files
from semi_pose.datasets.semi_dataset import SemiDataset
from semi_pose.datasets.transforms import (
    LoadImageOrSkip,
    RandomSimilarity,
    count_unreadable,
)
from semi_pose.datasets.unlabeled_dataset import UnlabeledDataset

__all__ = [
    'LoadImageOrSkip',
    'RandomSimilarity',
    'SemiDataset',
    'UnlabeledDataset',
    'count_unreadable',
    'load_coco',
    'shared_files',
]
