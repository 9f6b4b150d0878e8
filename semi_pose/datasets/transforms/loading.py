"""Loading of images that may be broken."""

import logging
import zlib
from collections.abc import Iterator
from typing import Any

import cv2
import torch
from mmengine.logging import print_log
from mmpose.datasets.transforms import LoadImage
from mmpose.registry import TRANSFORMS
from torch.utils.data import Dataset

from semi_pose.errors import UserError

NUM_BUCKETS = 2**20


@TRANSFORMS.register_module()
class LoadImageOrSkip(LoadImage):
    """Load an image; skip it with a warning if it cannot be read or decoded.

    A skipped image makes the pipeline return None, and MMEngine's data sets draw
    another sample. Each file is reported once and counted once, in whichever worker
    process it is read.

    Args:
        max_in_a_row (int): Training stops after this many failures in a row.
        **kwargs: Arguments of MMPose's LoadImage.
    """

    def __init__(self, max_in_a_row: int = 1000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_in_a_row = max_in_a_row
        self._in_a_row = 0
        # A hash set of file names in shared memory. Workers only ever set entries,
        # so no lock is needed.
        self.unreadable = torch.zeros(NUM_BUCKETS, dtype=torch.bool).share_memory_()

    @property
    def num_unreadable(self) -> int:
        """int: Number of files skipped so far, in all worker processes."""
        return int(self.unreadable.sum())

    def transform(self, results: dict) -> dict | None:
        """Load the image.

        Args:
            results (dict): With ``img_path``.

        Returns:
            dict or None: The same with ``img`` (H, W, 3), BGR, ``img_shape`` and
            ``ori_shape``; None if the file cannot be read or decoded.

        Raises:
            UserError: If too many images in a row cannot be read.
        """
        path = results['img_path']
        try:
            results = super().transform(results)
        except (OSError, AssertionError, cv2.error) as error:
            self._note(path, error)
            return None
        self._in_a_row = 0
        return results

    def _note(self, path: str, error: Exception) -> None:
        self._in_a_row += 1
        if self._in_a_row >= self.max_in_a_row:
            raise UserError(
                f'{self._in_a_row} images in a row cannot be read, the last one '
                f'{path}. Check that data_root and data_prefix name the folder of the '
                'images.'
            ) from error
        bucket = zlib.crc32(str(path).encode()) % NUM_BUCKETS
        if not self.unreadable[bucket]:
            self.unreadable[bucket] = True
            message = f'Skipped {path}: it is missing or cannot be decoded as an image.'
            print_log(message, 'current', level=logging.WARNING)


def count_unreadable(dataset: Dataset) -> int:
    """Count the image files that LoadImageOrSkip skipped.

    Args:
        dataset (Dataset): A data set, a SemiDataset or a wrapper of MMEngine.

    Returns:
        int: Number of different files, in all worker processes of this rank.
    """
    tables = [loader.unreadable for loader in _find_loaders(dataset)]
    return int(torch.stack(tables).any(0).sum()) if tables else 0


def _find_loaders(node: Any) -> Iterator[LoadImageOrSkip]:
    if isinstance(node, LoadImageOrSkip):
        yield node
    elif isinstance(node, (list, tuple)):
        for child in node:
            yield from _find_loaders(child)
    else:
        names = 'labeled', 'unlabeled', 'datasets', 'dataset', 'pipeline', 'transforms'
        for name in names:
            yield from _find_loaders(getattr(node, name, ()))
