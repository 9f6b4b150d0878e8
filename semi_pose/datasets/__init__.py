"""Data sets and image transforms."""

from .coco_file import load_coco
from .semi_dataset import SemiDataset
from .transforms import (
    LoadImageOrSkip,
    RandomSimilarity,
    count_unreadable,
)
from .unlabeled_dataset import UnlabeledDataset

__all__ = [
    'LoadImageOrSkip',
    'RandomSimilarity',
    'SemiDataset',
    'UnlabeledDataset',
    'count_unreadable',
    'load_coco',
]
