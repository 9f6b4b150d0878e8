"""What is compared of pictures: sizes, and thumbnails of them and their people."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from semi_pose.datasets.look_alikes import thumbnail

THREADS = 4
MIN_SIDE = 24  # pixels of a box: smaller ones show too little to compare


class Pictures(NamedTuple):
    """Pictures and their thumbnails.

    Attributes:
        sizes (dict[str, tuple]): Width and height by path, as viewers show it; None if
            the picture cannot be read.
        thumbnails (dict[str, ndarray]): (N, 16, 18) by path: the whole picture first,
            then the people in it; of those that can be read.
    """

    sizes: dict[str, tuple[int, int] | None]
    thumbnails: dict[str, np.ndarray]


def read_pictures(
    records: Iterable[dict], advance: Callable[[], None] = lambda: None
) -> Pictures:
    """Read the pictures of people, each once.

    Args:
        records (Iterable[dict]): With ``img_path`` and ``bbox`` (1, 4): x1, y1, x2, y2.
        advance (Callable): Called after each picture.

    Returns:
        Pictures: Sizes and thumbnails.
    """
    boxes = defaultdict(set)
    for record in records:
        box = np.asarray(record['bbox']).reshape(-1, 4)[0]
        boxes[record['img_path']].add(tuple(box.tolist()))
    sizes, thumbnails = {}, {}
    with ThreadPoolExecutor(THREADS) as pool:
        for path, read in zip(boxes, pool.map(_read, boxes.items()), strict=True):
            sizes[path] = read and read[0]
            if read:
                thumbnails[path] = read[1]
            advance()
    return Pictures(sizes, thumbnails)


def _read(
    item: tuple[str, Iterable[Sequence[float]]],
) -> tuple[tuple[int, int], np.ndarray] | None:
    path, boxes = item
    try:
        with Image.open(path) as picture:
            picture.draft('L', picture.size)  # JPEG: brightness alone is decoded
            gray = ImageOps.exif_transpose(picture).convert('L')
    except (OSError, ValueError, SyntaxError):
        return None
    parts = [clipped for box in sorted(boxes) if (clipped := _clip(box, gray.size))]
    return gray.size, np.stack([thumbnail(gray, box) for box in (None, *parts)])


def _clip(box: Sequence[float], size: tuple[int, int]) -> tuple | None:
    x1, y1, x2, y2 = box
    (width, height), (x1, y1) = size, (max(x1, 0), max(y1, 0))
    x2, y2 = min(x2, width), min(y2, height)
    return (x1, y1, x2, y2) if min(x2 - x1, y2 - y1) >= MIN_SIDE else None
