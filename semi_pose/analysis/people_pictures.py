"""Small pictures of single people with joints drawn on them."""

from collections.abc import Sequence
from types import SimpleNamespace

import cv2
import mmcv
import numpy as np
from matplotlib.figure import Figure
from mmpose.visualization import FastVisualizer

HEIGHT = 176  # pixels
PADDING = 0.2  # of the box's longer side, around box and joints
MAX_WIDTH = 2 * HEIGHT
JPEG_QUALITY = 80
DPI = 110


def draw_person(
    img_path: str,
    box: np.ndarray,
    poses: Sequence[np.ndarray],
    metainfo: dict,
    shown: np.ndarray | None = None,
) -> list[np.ndarray]:
    """Cut a person out, and draw poses on copies of the same cut.

    Args:
        img_path (str): The picture.
        box (ndarray): (4,) x1, y1, x2, y2 in its pixels.
        poses (Sequence[ndarray]): (K, 2) joints in pixels of the picture.
        metainfo (dict): Of the data set: links and colors.
        shown (ndarray, optional): (K,) the joints to draw; all by default.

    Returns:
        list[ndarray]: (H, W, 3) RGB, uint8, one picture for each pose.
    """
    picture = mmcv.imread(img_path, channel_order='rgb')
    x1, y1, x2, y2 = _frame(box, picture.shape)
    scale = min(HEIGHT / (y2 - y1), MAX_WIDTH / (x2 - x1))
    size = max(round(scale * (x2 - x1)), 1), max(round(scale * (y2 - y1)), 1)
    cut = cv2.resize(picture[y1:y2, x1:x2], size, interpolation=cv2.INTER_AREA)
    drawing = FastVisualizer(metainfo, radius=2, line_width=2, kpt_thr=0.5)
    drawn = []
    for pose in poses:
        scores = np.ones(len(pose)) if shown is None else np.asarray(shown, float)
        joints = (pose[:, :2] - (x1, y1)) * scale
        drawn.append(cut.copy())
        instances = SimpleNamespace(keypoints=[joints], keypoint_scores=[scores])
        drawing.draw_pose(drawn[-1], instances)
    return drawn


def _frame(box: np.ndarray, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the padded box within the picture: x1, y1, x2, y2."""
    x1, y1, x2, y2 = map(float, box)
    pad = PADDING * max(x2 - x1, y2 - y1)
    height, width = shape[:2]
    left, top = max(int(x1 - pad), 0), max(int(y1 - pad), 0)
    left, top = min(left, width - 1), min(top, height - 1)
    right, bottom = min(int(x2 + pad) + 1, width), min(int(y2 + pad) + 1, height)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def side_by_side(pictures: Sequence[np.ndarray], gap: int = 4) -> np.ndarray:
    """Put pictures of one size next to each other, with a white gap (pixels)."""
    white = np.full((len(pictures[0]), gap, 3), 255, np.uint8)
    parts = [part for picture in pictures for part in (white, picture)]
    return np.hstack(parts[1:])


def as_jpeg(picture: np.ndarray) -> bytes:
    """Encode a picture (H, W, 3), RGB, uint8."""
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    return cv2.imencode('.jpg', picture[..., ::-1], options)[1].tobytes()


def contact_sheet(
    pictures: Sequence[np.ndarray], captions: Sequence[str], columns: int
) -> Figure:
    """Lay pictures out in a grid, with their captions.

    Args:
        pictures (Sequence[ndarray]): (H, W, 3) RGB, uint8.
        captions (Sequence[str]): A caption for each.
        columns (int): Pictures in a row.

    Returns:
        Figure: To be saved with :data:`DPI`.
    """
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    widest = max(picture.shape[1] for picture in pictures) / HEIGHT
    lines = max(caption.count('\n') + 1 for caption in captions)
    cell = max(1.9 * widest, 1.5), 1.9 + 0.15 * lines  # inches
    figure = Figure((columns * cell[0], rows * cell[1]), layout='constrained')
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, picture, caption in zip(grid.flat, pictures, captions, strict=False):
        axes.imshow(picture)
        axes.set_title(caption, fontsize=8)
    return figure
