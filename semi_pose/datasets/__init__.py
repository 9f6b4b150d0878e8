"""Data sets and image transforms."""

from .annotation_files import load_coco, shared_files
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
    'shared_files',
]
