"""A contact sheet: people of each set with their joints, and pictures alike."""

import os.path as osp

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from semi_pose.data_check.sets import DataSet, visibility
from semi_pose.data_check.shared import Shared

MARGIN = 0.15  # of a box's longer side
CAPTION = 26  # characters


def draw_sheet(
    sets: list[DataSet], shared: list[Shared], columns: int, seed: int
) -> Figure:
    """Draw a row of people for each set, and a row of pairs of pictures alike.

    Args:
        sets (list[DataSet]): The sets.
        shared (list[Shared]): What they share.
        columns (int): People in a row; half as many pairs.
        seed (int): Seed of the choice.

    Returns:
        Figure: Hidden joints are white inside.
    """
    worst_first = sorted(shared, key=lambda one: not one.validates)
    pairs = [(one, pair) for one in worst_first for pair in [*one.copies, *one.alike]]
    pairs = pairs[: columns // 2]
    rows = len(sets) + bool(pairs)
    figure = Figure(figsize=(1.6 * columns, 2.3 * rows), layout='constrained')
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for row, one in zip(grid, sets, strict=False):
        draw_people(row, one, seed)
    for number, (one, (first, second, *_)) in enumerate(pairs):
        draw_picture(grid[-1, 2 * number], first, f'alike, {one.first}')
        draw_picture(grid[-1, 2 * number + 1], second, f'alike, {one.second}')
    return figure


def draw_people(row: np.ndarray, one: DataSet, seed: int) -> None:
    """Draw some people of a set.

    Args:
        row (ndarray): Of axes.
        one (DataSet): The set.
        seed (int): Seed of the choice.
    """
    order = np.random.default_rng(seed).permutation(len(one.records))
    records = (one.records[index] for index in order)
    loaded = ((record, _load(record['img_path'])) for record in records)
    readable = (pair for pair in loaded if pair[1] is not None)
    for axes, (record, picture) in zip(row, readable, strict=False):
        _draw_person(axes, picture, record, one)


def draw_picture(axes: Axes, path: str, title: str) -> None:
    """Draw a whole picture with its name."""
    picture = _load(path)
    if picture is not None:
        axes.imshow(picture)
    axes.set_title(f'{title}\n{_short(osp.basename(path))}', fontsize=6)


def _draw_person(axes: Axes, picture: np.ndarray, record: dict, one: DataSet) -> None:
    x1, y1, x2, y2 = np.asarray(record['bbox'], float)[0]
    axes.imshow(picture)
    axes.plot([x1, x2, x2, x1, x1], [y1, y1, y2, y2, y1], 'w-', lw=0.8)
    seen = visibility(record)
    caption = f'{one.name}\n{_short(osp.basename(record["img_path"]))}'
    caption += f'\nid {record.get("id", "?")}'
    if one.metainfo:
        _draw_joints(axes, np.asarray(record['keypoints'])[0], seen, one.metainfo)
        caption += f', {(seen > 0).sum()} of {len(seen)} joints'
    margin = MARGIN * max(x2 - x1, y2 - y1)
    axes.set_xlim(x1 - margin, x2 + margin)
    axes.set_ylim(y2 + margin, y1 - margin)
    axes.set_title(caption, fontsize=6)


def _draw_joints(
    axes: Axes, points: np.ndarray, seen: np.ndarray, metainfo: dict
) -> None:
    links = zip(
        metainfo['skeleton_links'], metainfo['skeleton_link_colors'] / 255, strict=True
    )
    drawn = [
        (points[list(link)], color) for link, color in links if seen[list(link)].all()
    ]
    lines, colors = [line for line, _ in drawn], [color for _, color in drawn]
    axes.add_collection(LineCollection(lines, colors=colors, linewidths=1.2))
    colors = metainfo['keypoint_colors'] / 255
    for value in (1, 2):
        where = seen == value
        face = colors[where] if value == 2 else 'white'
        place = points[where].T
        axes.scatter(
            *place, s=9, c=face, edgecolors=colors[where], linewidths=0.8, zorder=3
        )


def _load(path: str) -> np.ndarray | None:
    picture = cv2.imread(path, cv2.IMREAD_COLOR)
    return None if picture is None else picture[..., ::-1]


def _short(name: str) -> str:
    return name if len(name) <= CAPTION else f'...{name[-CAPTION:]}'
