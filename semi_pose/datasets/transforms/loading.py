"""Loading of images that may be broken."""

import logging
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import cv2
import torch
from mmengine.logging import print_log
from mmpose.datasets.transforms import LoadImage
from mmpose.registry import TRANSFORMS
from torch.utils.data import Dataset

from semi_pose.errors import UserError

NUM_BUCKETS = 2**20
ENOUGH = 20  # pictures, after which most must have the size that the file gives


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
        self.resized = torch.zeros(NUM_BUCKETS, dtype=torch.bool).share_memory_()
        self._compared = self._resized = 0

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
        path, shape = results['img_path'], shape_in_file(results)
        try:
            results = super().transform(results)
        except (OSError, AssertionError, cv2.error) as error:
            self._note(path, error)
            return None
        self._in_a_row = 0
        self._compare(path, results['img_shape'], shape)
        return results

    def _compare(
        self, path: str, shape: tuple[int, int], in_file: tuple[int, int] | None
    ) -> None:
        """Compare its size with the one that boxes and joints were drawn for."""
        if in_file is None:
            return
        self._compared += 1
        if tuple(shape) == tuple(in_file):
            return
        self._resized += 1
        message = different_size(path, shape, in_file)
        if self._compared >= ENOUGH and 2 * self._resized > self._compared:
            raise UserError(
                f'{message} So do {self._resized} of the first {self._compared} '
                'pictures.'
            )
        if not self.resized.any():
            print_log(message, 'current', level=logging.WARNING)
        self.resized[_bucket(path)] = True

    def _note(self, path: str, error: Exception) -> None:
        self._in_a_row += 1
        if self._in_a_row >= self.max_in_a_row:
            raise UserError(
                f'{self._in_a_row} images in a row cannot be read, the last one '
                f'{path}. Check that "file_name" in the annotation file is right, and '
                "that the data set's data_root and data_prefix name the folder that it "
                'begins from.'
            ) from error
        bucket = _bucket(path)
        if not self.unreadable[bucket]:
            self.unreadable[bucket] = True
            message = f'Skipped {path}: it is missing or cannot be decoded as an image.'
            print_log(message, 'current', level=logging.WARNING)


def _bucket(path: str) -> int:
    return zlib.crc32(str(path).encode()) % NUM_BUCKETS


def shape_in_file(record: dict) -> tuple[int, int] | None:
    """Return the size of a picture as its annotation file gives it.

    Args:
        record (dict): Of a data set, not loaded yet.

    Returns:
        tuple[int, int], optional: Height and width in pixels; None if unknown.
    """
    raw = record.get('raw_ann_info')
    known = raw if isinstance(raw, dict) else record
    return known.get('img_shape')


def different_size(path: str, shape: tuple[int, int], in_file: tuple[int, int]) -> str:
    """Say that a picture is of another size than the annotation file gives.

    Args:
        path (str): The picture.
        shape (tuple[int, int]): Its height and width.
        in_file (tuple[int, int]): Height and width in the file.

    Returns:
        str: With the remedy.
    """
    (height, width), (wanted_height, wanted_width) = shape, in_file
    cause = 'It was resized: label it as it is now, or put the old picture back.'
    if (height, width) == (wanted_width, wanted_height):
        cause = (
            'It is turned by its EXIF orientation: label it as viewers show it, or '
            "load it with LoadImage's color_type='color_ignore_orientation'."
        )
    return (
        f'{path} has {width}x{height} pixels, but the annotation file says '
        f'{wanted_width}x{wanted_height}, so that boxes and joints miss. {cause}'
    )


def count_unreadable(dataset: Dataset) -> int:
    """Count the image files that LoadImageOrSkip skipped.

    Args:
        dataset (Dataset): A data set, a SemiDataset or a wrapper of MMEngine.

    Returns:
        int: Number of different files, in all worker processes of this rank.
    """
    return _count(loader.unreadable for loader in _find_loaders(dataset))


def count_resized(dataset: Dataset) -> int:
    """Count the image files of another size than their annotation file says.

    Args:
        dataset (Dataset): As for :func:`count_unreadable`.

    Returns:
        int: Number of different files, in all worker processes of this rank.
    """
    return _count(loader.resized for loader in _find_loaders(dataset))


def _count(tables: Iterable[torch.Tensor]) -> int:
    tables = list(tables)
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
