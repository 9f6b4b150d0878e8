"""Rows of captioned pictures: people, their joints, boxes and heatmaps."""

from typing import NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from semi_pose.geometry import heatmap_peaks

MIN_PEAK = 0.2
DPI = 110
MARKED = 'tab:red'


class Picture(NamedTuple):
    """A picture, and what is drawn on it.

    Attributes:
        caption (str): What it shows.
        image (ndarray): (H, W, 3) RGB, uint8; gray below heatmaps.
        heatmaps (ndarray, optional): (K, h, w), over the whole picture.
        joints (ndarray, optional): (K, 2), x and y in pixels of the picture; NaN for
            those that are not shown.
        box (ndarray, optional): (4,), x1, y1, x2, y2 in pixels of the picture.
    """

    caption: str
    image: np.ndarray
    heatmaps: np.ndarray | None = None
    joints: np.ndarray | None = None
    box: np.ndarray | None = None


Links = list[tuple[int, int]]


def draw_pictures(rows: list[list[Picture]], links: Links) -> Figure:
    """Draw a row for each person.

    Args:
        rows (list[list[Picture]]): As many in each. The heatmaps of a row have
            one color scale.
        links (list[tuple[int, int]]): Pairs of joints that are linked.

    Returns:
        Figure: The rows.
    """
    size = (1.72 * len(rows[0]), 2.6 * len(rows))
    figure = Figure(figsize=size, dpi=DPI, layout='constrained')
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.03, wspace=0, hspace=0)
    grid = figure.subplots(len(rows), len(rows[0]), squeeze=False)
    for axes, row in zip(grid, rows, strict=True):
        maps = [one.heatmaps for one in row if one.heatmaps is not None]
        top = max([MIN_PEAK, *(one.max() for one in maps)])
        for one, picture in zip(axes, row, strict=True):
            _draw_picture(one, picture, top, links)
    return figure


def to_image(figure: Figure) -> np.ndarray:
    """Turn a figure into pixels.

    Args:
        figure (Figure): The figure.

    Returns:
        ndarray: (H, W, 3) RGB, uint8.
    """
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def peak_joints(heatmaps: np.ndarray, height: int) -> np.ndarray:
    """Find the joints that heatmaps show.

    Args:
        heatmaps (ndarray): (K, h, w).
        height (int): Of the picture that they cover, in pixels.

    Returns:
        ndarray: (K, 2), x and y in pixels of the picture: the center of the heatmap
        pixel with the peak; NaN where the peak is too low to be a joint.
    """
    peaks = heatmap_peaks(torch.from_numpy(heatmaps)).numpy()
    joints = (peaks + 0.5) * (height / heatmaps.shape[-2]) - 0.5
    joints[heatmaps.max((1, 2)) <= MIN_PEAK] = np.nan
    return joints


def _draw_picture(axes: Axes, picture: Picture, top: float, links: Links) -> None:
    axes.set_title(picture.caption, fontsize=7.5, pad=3)
    axes.set_axis_off()
    if picture.heatmaps is None:
        axes.imshow(picture.image)
    else:
        _draw_heatmaps(axes, picture.image, picture.heatmaps, top)
    if picture.joints is not None:
        _draw_joints(axes, picture.joints, links)
    if picture.box is not None:
        x1, y1, x2, y2 = picture.box
        frame = Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, ec=MARKED, lw=1.2)
        axes.add_patch(frame)


def _draw_joints(axes: Axes, joints: np.ndarray, links: Links) -> None:
    pairs = [joints[list(link)] for link in links]
    lines = [pair for pair in pairs if not np.isnan(pair).any()]
    axes.add_collection(LineCollection(lines, colors='white', linewidths=1.2))
    shown = joints[~np.isnan(joints).any(1)]
    axes.scatter(*shown.T, s=14, c=MARKED, edgecolors='white', linewidths=0.6)


def _draw_heatmaps(
    axes: Axes, image: np.ndarray, heatmaps: np.ndarray, top: float
) -> None:
    height, width = image.shape[:2]
    strongest = heatmaps.max(0).clip(0) / top
    axes.imshow(image.mean(-1), cmap='gray', vmin=0, vmax=255)
    axes.imshow(
        strongest,
        cmap='inferno',
        vmin=0,
        vmax=1,
        alpha=0.25 + 0.75 * strongest.clip(0, 1),
        extent=(-0.5, width - 0.5, height - 0.5, -0.5),
        interpolation='bilinear',
    )
