"""Images: names, sizes, and whether the pictures are there."""

import os
import os.path as osp
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image, UnidentifiedImageError

from semi_pose.datasets.annotation_check.columns import column, numbers
from semi_pose.datasets.annotation_check.names import check_names
from semi_pose.datasets.annotation_check.report import Report
from semi_pose.datasets.annotation_check.use import Use

LOOKED_FOR = 100
THREADS = 8
ORIENTATION = 0x0112  # of EXIF
Image.MAX_IMAGE_PIXELS = None  # which Pillow refuses above 179 million
SIDEWAYS = (5, 6, 7, 8)


def picture_size(path: str) -> tuple[int, int] | None:
    """Read the size of a picture from its header, turned as cv2 turns it by EXIF.

    Args:
        path (str): The picture.

    Returns:
        tuple[int, int], optional: Width and height in pixels; None if the file is
        missing or is no picture.
    """
    try:
        with Image.open(path) as picture:
            width, height = picture.size
            # PNG's own method decodes the picture, to look for EXIF behind it.
            if Image.Image.getexif(picture).get(ORIENTATION) in SIDEWAYS:
                return height, width
            return width, height
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError):
        return None


def picture_sizes(paths: Sequence[str]) -> list[tuple[int, int] | None]:
    """Read the sizes of many pictures, as :func:`picture_size` does."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(picture_size, paths))


def check_images(images: list[dict], uses: Sequence[Use], report: Report) -> np.ndarray:
    """Check names and sizes of images.

    Args:
        images (list[dict]): The images; a size that is missing is read from the
            picture and added.
        uses (Sequence[Use]): Who reads them, and from which folders.
        report (Report): Where faults go.

    Returns:
        ndarray: (N, 2), float64: width and height in pixels, NaN after a fault.
    """
    named = np.array(
        [isinstance(n, str) and n != '' for n in column(images, 'file_name')]
    )
    if not named.all():
        report.fault(
            'must name the picture. Add it.', 'image', images, ~named, 'file_name'
        )
        return np.full((len(images), 2), np.nan)
    for folder, root in dict.fromkeys((use.folder, use.root) for use in uses):
        if folder:
            check_names(images, folder, root, report)
    report.raise_faults()
    folder = next((use.folder for use in uses if use.folder), '')
    if folder and '://' not in folder:
        _look_for_pictures(images, folder, report)
    sizes = _sizes(images)
    unknown = ~(sizes > 0).all(1)
    if unknown.any():
        _read_sizes(images, unknown, folder, report)
        sizes = _sizes(images)
    return sizes


def _sizes(images: list[dict]) -> np.ndarray:
    sides = [numbers(column(images, side)) for side in ('width', 'height')]
    return np.stack(sides, 1)


def _look_for_pictures(images: list[dict], folder: str, report: Report) -> None:
    """Look for some of them: a few that are lost do not stop a training."""
    some = np.unique(np.linspace(0, len(images) - 1, LOOKED_FOR).round().astype(int))
    if not images or not osp.isdir(folder):
        return
    if any(osp.exists(osp.join(folder, images[i]['file_name'])) for i in some):
        return
    found = next((entry.name for entry in os.scandir(folder)), None)
    holds = f'it holds {found}, for one' if found else 'it is empty'
    report.fault(
        f'is not in {folder} ({holds}), nor are others. File names must '
        'begin from that folder: correct them, or name the folder where they begin by '
        'data_prefix of the data set.',
        *('image', images, some, 'file_name'),
    )


def _read_sizes(
    images: list[dict], unknown: np.ndarray, folder: str, report: Report
) -> None:
    where = np.flatnonzero(unknown)
    if not folder:
        report.fault(
            'must be the size of the picture in pixels, with "height". Add both.',
            *('image', images, where, 'width'),
        )
        return
    what = 'is missing or no number above 0'
    paths = [osp.join(folder, images[index]['file_name']) for index in where]
    sizes = picture_sizes(paths)
    lost = np.array([size is None for size in sizes])
    if lost.any():
        report.fault(
            f'{what}, and {paths[np.flatnonzero(lost)[0]]} cannot be read to find the '
            'size. Add width and height in pixels, or take the image out.',
            *('image', images, where[lost], 'width'),
        )
        return
    place = ('image', images, where, 'width')
    report.note(f'{what}: width and height are read from the pictures.', *place)
    for index, (width, height) in zip(where, sizes, strict=True):
        images[index].update(width=width, height=height)
