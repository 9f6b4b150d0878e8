"""Videos as folders of pictures."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from semi_pose.datasets.look_alikes import (
    difference_hash,
    hamming_distances,
    thumbnail,
)
from semi_pose.engine.whole_files import write_whole
from semi_pose.errors import UserError

JPEG_QUALITY = 95


class Frame(NamedTuple):
    """A frame of a video.

    Attributes:
        file_name (str): Its picture, relative to the folder.
        video (str): Name of the video's file.
        frame (int): Its number in the video, from 0.
    """

    file_name: str
    video: str
    frame: int


def extract_frames(
    video: str | Path,
    folder: str | Path,
    fps: float,
    same_bits: int,
    advance: Callable[[], None] = lambda: None,
    fresh: bool = False,
) -> list[Frame]:
    """Write frames of a video as JPEG pictures.

    Args:
        video (str or Path): The video.
        folder (str or Path): A folder with the video's name is made in it.
        fps (float): Frames a second of the video to look at, all at most.
        same_bits (int): Frames whose hash differs from the last one's by so many of 64
            bits or less are dropped; -1 keeps all.
        advance (Callable): Called after each frame of the video.
        fresh (bool): Write pictures that are there again; by default they stay.

    Returns:
        list[Frame]: The frames that are kept, in order.

    Raises:
        UserError: If the video cannot be read.
    """
    name = Path(video).stem
    Path(folder, name).mkdir(parents=True, exist_ok=True)
    kept, last = [], None
    for number, picture in _read_frames(video, fps, advance):
        bits = _hash(picture)
        if last is not None and hamming_distances(bits, last)[0, 0] <= same_bits:
            continue
        last = bits
        kept.append(Frame(f'{name}/{number:06d}.jpg', Path(video).name, number))
        path = Path(folder, kept[-1].file_name)
        if fresh or not path.exists():
            _write(path, picture)
    if not kept:
        raise UserError(f'{video} holds no frame that can be read: convert it to MP4.')
    return kept


def count_frames(video: str | Path) -> int:
    """Return how many frames a video has, by its header.

    Args:
        video (str or Path): The video.

    Returns:
        int: 0 if that is unknown.

    Raises:
        UserError: If it is no video.
    """
    capture = _open(video)
    count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    capture.release()
    return max(0, count)


def _open(video: str | Path) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(str(video))
    if not capture.isOpened():
        raise UserError(
            f'{video} cannot be read as a video: name a video or a folder of pictures.'
        )
    return capture


def _read_frames(
    video: str | Path, fps: float, advance: Callable[[], None]
) -> Iterator[tuple[int, np.ndarray]]:
    capture = _open(video)
    step = max(1.0, (capture.get(cv2.CAP_PROP_FPS) or fps) / fps)
    number = taken = 0
    while capture.grab():
        if number >= taken * step:
            taken += 1
            good, picture = capture.retrieve()
            if good:
                yield number, picture
        number += 1
        advance()
    capture.release()


def _hash(picture: np.ndarray) -> np.ndarray:
    gray = Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    return difference_hash(thumbnail(gray)[None])


def _write(path: Path, picture: np.ndarray) -> None:
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    write_whole(path, cv2.imencode('.jpg', picture, quality)[1].tobytes())
