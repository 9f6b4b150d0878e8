"""Rows of captioned pictures."""

import numpy as np
from matplotlib.figure import Figure

from semi_pose.analysis.pictures import (
    Picture,
    _draw_joints,
    draw_pictures,
    peak_joints,
    to_image,
)

IMAGE = np.full((64, 48, 3), 255, np.uint8)


def heatmaps():
    maps = np.zeros((3, 16, 12), np.float32)
    maps[0, 5, 2], maps[1, 6, 3], maps[2, 7, 4] = 0.9, 0.5, 0.05
    return maps


def test_every_picture_has_its_caption():
    plain = Picture('plain', IMAGE, box=np.array([5, 6, 20, 30]))
    mapped = Picture('maps', IMAGE, heatmaps())
    figure = draw_pictures([[plain, mapped], [plain, mapped]], [(0, 1)])
    assert [one.get_title() for one in figure.axes] == ['plain', 'maps'] * 2
    (box,) = figure.axes[0].patches
    assert box.get_bbox().extents.tolist() == [5, 6, 20, 30]
    # Heatmaps lie over the whole picture, with one scale in a row.
    _, maps = figure.axes[1].images
    assert maps.get_extent() == [-0.5, 47.5, 63.5, -0.5]
    assert maps.get_array().max() == 1
    pixels = to_image(figure)
    assert pixels.dtype == np.uint8 and pixels.shape[2] == 3 and pixels.std() > 10


def test_joints_are_where_the_heatmaps_peak():
    joints = peak_joints(heatmaps(), 64)
    # Center of heatmap pixel 2 at stride 4: (2 + 0.5) * 4 - 0.5 = 9.5.
    np.testing.assert_allclose(joints, [(9.5, 21.5), (13.5, 25.5), [np.nan] * 2])
    axes = Figure().subplots()
    _draw_joints(axes, joints, [(0, 1), (1, 2)])
    lines, points = axes.collections
    np.testing.assert_allclose(points.get_offsets(), joints[:2])
    # Joint 2 is too weak to be shown, and so is the link to it.
    assert len(lines.get_segments()) == 1
