import cv2
import numpy as np
import pytest

from semi_pose.analysis.people_pictures import (
    HEIGHT,
    MAX_WIDTH,
    contact_sheet,
    draw_person,
    side_by_side,
)

METAINFO = dict(
    skeleton_links=[(0, 1)],
    skeleton_link_colors=np.array([[255, 0, 0]]),
    keypoint_colors=np.array([[0, 255, 0], [0, 255, 0]]),
)


@pytest.fixture
def gray(tmp_path):
    path = tmp_path / 'gray.png'
    cv2.imwrite(str(path), np.full((100, 200, 3), 128, np.uint8))
    return str(path)


def test_a_pose_lies_where_the_person_is(gray):
    box = np.array([50, 20, 90, 80])
    pose = np.array([[60.0, 50.0], [80.0, 50.0]])
    plain, _ = draw_person(gray, box, [pose, pose], METAINFO, np.zeros(2))
    (drawn,) = draw_person(gray, box, [pose], METAINFO)
    # The box with 0.2 of its longer side around it: 38 to 103, 8 to 93.
    scale = HEIGHT / (93 - 8)
    assert drawn.shape == (HEIGHT, round(65 * scale), 3)
    assert (plain == 128).all()
    rows, columns, _ = np.nonzero(drawn != 128)
    assert rows.mean() == pytest.approx((50 - 8) * scale, abs=1)
    assert columns.mean() == pytest.approx((70 - 38) * scale, abs=1)
    middle = drawn[int((50 - 8) * scale), int((70 - 38) * scale)]
    assert middle.tolist() == [255, 0, 0]


def test_a_box_beyond_the_picture_and_a_wide_one(gray):
    outside = np.array([150, 60, 400, 300])
    (drawn,) = draw_person(gray, outside, [np.zeros((2, 2))], METAINFO)
    assert drawn.shape[0] <= HEIGHT and drawn.shape[1] <= MAX_WIDTH
    wide = np.array([0, 45, 200, 50])
    (drawn,) = draw_person(gray, wide, [np.zeros((2, 2))], METAINFO)
    assert drawn.shape[1] == MAX_WIDTH


def test_sheets(gray):
    (one,) = draw_person(gray, np.array([5, 5, 50, 90]), [np.zeros((2, 2))], METAINFO)
    both = side_by_side([one, one], gap=3)
    assert both.shape[1] == 2 * one.shape[1] + 3
    sheet = contact_sheet([one] * 4, list('abcd'), columns=3)
    titles = [axes.get_title() for axes in sheet.axes]
    assert titles == ['a', 'b', 'c', 'd', '', '']
