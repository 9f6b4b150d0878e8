"""Labels measured from drawn scenes that are put up by hand."""

from collections import defaultdict

import numpy as np
import pytest

from semi_pose.synthetic import KEYPOINTS
from semi_pose.synthetic.drawing import MAX_SURFACES, Scene
from semi_pose.synthetic.drawing import render as render_scene
from semi_pose.synthetic.person import Look, Paint, Person, Surface
from semi_pose.synthetic.skeleton import Body, Limb, Pose

FACE = KEYPOINTS[:3]
WIDTH, HEIGHT = 192, 256
BLUE, RED = (255, 0, 0), (0, 0, 255)


def make_person(color=BLUE, center=(96, 128), pose=None, **view):
    look = Look(defaultdict(lambda: Paint(color)))
    return Person(Body(), pose or Pose(), look, center, 210, **view)


def square(x, y, half, paint=None):
    corners = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1))) * half + (x, y)
    return Surface(corners, paint or Paint(RED))


def render(*layers, **scene):
    backdrop = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    return render_scene(Scene(backdrop, list(layers), **scene))


def people(*layers):
    return render(*layers)[1]


def labels(*layers, index=0):
    keypoints = people(*layers)[index]['keypoints']
    return dict(zip(KEYPOINTS, np.reshape(keypoints, (17, 3)), strict=True))


def test_front_view_shows_all_joints_with_left_on_the_right():
    found = labels(make_person())
    assert {name: v for name, (_, _, v) in found.items() if v != 2} == {}
    for part in ('eye', 'ear', 'shoulder', 'wrist', 'hip', 'ankle'):
        assert found[f'left_{part}'][0] > 96 > found[f'right_{part}'][0]


def test_back_view_is_mirrored_and_has_no_face():
    front, back = labels(make_person()), labels(make_person(yaw=180))
    for part in ('ear', 'shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle'):
        assert back[f'left_{part}'][0] < 96 < back[f'right_{part}'][0]
        mirrored = 192 - front[f'left_{part}'][0]
        assert back[f'left_{part}'][0] == pytest.approx(mirrored, abs=0.011)
    # Nobody labels what is on the far side of a head.
    assert [back[name].tolist() for name in FACE] == [[0, 0, 0]] * 3
    assert back['left_shoulder'][2] == back['right_hip'][2] == 2
    (person,) = people(make_person(yaw=180))
    assert person['num_keypoints'] == 14


def test_profile_hides_the_far_side():
    # Yaw 90 looks to the left edge: the person's left side is the near one.
    found = labels(make_person(yaw=90))
    assert found['nose'][0] < found['left_ear'][0]
    # The hanging arm covers the near hip.
    sides = dict(eye=(2, 0), ear=(2, 0), shoulder=(2, 1), hip=(1, 1))
    for part, visibility in sides.items():
        found_sides = (found[f'{side}_{part}'][2] for side in ('left', 'right'))
        assert (part, *found_sides) == (part, *visibility)
    assert found['left_wrist'][2] == 2


def test_an_object_in_front_hides_what_it_covers_and_no_more():
    plain = labels(make_person())
    x, y, _ = plain['left_knee']
    covered = labels(make_person(), square(x, y, 4))
    changed = [name for name in KEYPOINTS if covered[name][2] != plain[name][2]]
    assert changed == ['left_knee']
    assert covered['left_knee'].tolist() == [x, y, 1]


def test_a_covered_face_is_hidden_and_not_turned_away():
    x, y, _ = labels(make_person())['nose']
    found = labels(make_person(), square(x, y, 12))
    assert [found[name][2] for name in FACE] == [1, 1, 1]


def test_an_object_behind_hides_nothing():
    plain = labels(make_person())
    x, y, _ = plain['left_knee']
    found = labels(square(x, y, 30), make_person())
    assert all(found[name][2] == plain[name][2] for name in KEYPOINTS)


def test_a_nearer_person_hides_a_farther_one():
    far, near = people(make_person(), make_person(RED))
    assert set(far['keypoints'][2::3]) == {1}
    assert set(near['keypoints'][2::3]) == {2}
    assert far['area'] == 0 < near['area']


def test_an_arm_before_the_trunk_is_hidden_from_behind():
    # The upper arm hangs, the forearm crosses the front of the trunk.
    folded = Pose(arms=(Limb(-5, 10, -65, 95), Limb(0, 10, 0, 10)))
    wrist = labels(make_person(pose=folded))['left_wrist']
    assert wrist[0] < labels(make_person())['left_wrist'][0] - 15
    assert wrist[2] == 2
    assert labels(make_person(pose=folded, yaw=180))['left_wrist'][2] == 1


def test_joints_outside_the_picture_are_zero():
    found = labels(make_person(center=(96, 230)))
    for name in ('left_ankle', 'right_ankle', 'left_knee'):
        assert found[name].tolist() == [0, 0, 0]
    assert found['nose'][2] == 2


def test_a_person_outside_the_picture_leaves_no_pixel():
    image, (person,) = render(make_person(center=(-500, 128)))
    assert person['area'] == person['num_keypoints'] == 0
    assert not any(person['keypoints']) and not image.any()


def test_box_and_area_are_those_of_the_drawn_pixels():
    image, (person,) = render(make_person(center=(60, 150)))
    rows, columns = np.nonzero(image.max(2) > 127)
    x, y, width, height = person['bbox']
    assert x == pytest.approx(columns.min(), abs=1)
    assert y == pytest.approx(rows.min(), abs=1)
    assert x + width == pytest.approx(columns.max() + 1, abs=1)
    assert y + height == pytest.approx(rows.max() + 1, abs=1)
    assert y + height <= HEIGHT
    assert person['area'] == pytest.approx(len(rows), rel=0.1)


def test_an_object_takes_its_pixels_from_box_and_area():
    (plain,) = people(make_person())
    (covered,) = people(make_person(), square(96, 240, 60))
    assert covered['bbox'][:3] == plain['bbox'][:3]
    assert sum(covered['bbox'][1::2]) == 180
    assert 0.5 < covered['area'] / plain['area'] < 0.9


def test_the_picture_shows_each_layer_in_its_color():
    image, _ = render(make_person(BLUE), square(96, 240, 12))
    assert image[110, 96].tolist() == [255, 0, 0]
    assert image[240, 96].tolist() == [0, 0, 255]
    assert image[5, 5].tolist() == [0, 0, 0]


def test_a_pattern_prints_where_its_bit_is_set_and_nowhere_else():
    prints = np.full((HEIGHT, WIDTH), 2, np.uint8)
    prints[:, ::2] = 1
    striped = square(100, 50, 10, Paint(RED, BLUE, pattern=1))
    image, _ = render(square(40, 50, 10), striped, prints=prints)
    assert (image[45:55, 35:45] == RED).all()
    assert (image[45:55, 96:104:2] == BLUE).all()
    assert (image[45:55, 97:104:2] == RED).all()
    assert not image[:20].any()


def test_the_side_that_the_light_comes_from_is_bright():
    gray = Paint((100, 100, 100))
    image, _ = render(square(96, 128, 40, gray), light=(-0.1, 0))
    left, middle, right = image[128, [58, 96, 134], 0].astype(int)
    assert right + 10 < middle == 100 < left - 10


def test_an_empty_scene_is_its_backdrop():
    image, found = render()
    assert found == [] and not image.any()


def test_more_surfaces_than_the_id_buffer_holds():
    with pytest.raises(ValueError, match=f'{MAX_SURFACES + 1} surfaces'):
        render(*[square(9, 9, 2)] * (MAX_SURFACES + 1))
