"""Data sets and image transforms."""

from semi_pose.datasets.coco_file import load_coco
from semi_pose.datasets.people_to_label import PeopleToLabel
from semi_pose.datasets.semi_dataset import SemiDataset
from semi_pose.datasets.transforms import (
    LoadImageOrSkip,
    RandomSimilarity,
    count_unreadable,
)
from semi_pose.datasets.unlabeled_dataset import UnlabeledDataset

__all__ = [
    'LoadImageOrSkip',
    'PeopleToLabel',
    'RandomSimilarity',
    'SemiDataset',
    'UnlabeledDataset',
    'count_unreadable',
    'load_coco',
]
