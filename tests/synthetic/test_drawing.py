"""Labels measured from drawn scenes that are put up by hand."""

from dataclasses import replace

import numpy as np
import pytest

from semi_pose.synthetic import KEYPOINTS, Body, Person, Pose, Scene, Thing, View
from semi_pose.synthetic import render as render_scene
from semi_pose.synthetic.appearance import Look, Material, Part
from semi_pose.synthetic.drawing import PERSON_STRIDE

FACE = ('nose', 'left_eye', 'right_eye')
WIDTH, HEIGHT = 192, 256
BLUE, RED = (255, 0, 0), (0, 0, 255)


def make_person(colour=BLUE, centre=(96, 128), **view):
    palette = np.full((len(Part), len(Material), 3), colour, np.uint8)
    return Person(Body(), Pose(), Look(palette), View(centre, 210, **view))


def square(x, y, half, colour=RED):
    corners = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1))) * half + (x, y)
    return Thing(corners, np.array((colour, colour), np.uint8))


def render(*layers):
    backdrop = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    return render_scene(Scene(backdrop, list(layers)))


def labels(*layers, index=0):
    return dict(zip(KEYPOINTS, render(*layers).people[index].keypoints, strict=True))


def test_front_view_shows_all_joints_with_left_on_the_right():
    found = labels(make_person())
    assert {name: v for name, (_, _, v) in found.items() if v != 2} == {}
    for part in ('eye', 'ear', 'shoulder', 'wrist', 'hip', 'ankle'):
        assert found[f'left_{part}'][0] > 96 > found[f'right_{part}'][0]


def test_back_view_is_mirrored_and_hides_the_face():
    front, back = labels(make_person()), labels(make_person(yaw=180))
    for part in ('eye', 'ear', 'shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle'):
        assert back[f'left_{part}'][0] < 96 < back[f'right_{part}'][0]
        mirrored = 192 - front[f'left_{part}'][0]
        assert back[f'left_{part}'][0] == pytest.approx(mirrored)
    assert [back[name][2] for name in FACE] == [1, 1, 1]
    assert back['left_shoulder'][2] == back['right_hip'][2] == 2


def test_profile_hides_the_far_side():
    # Yaw 90 looks to the left edge: the person's left side is the near one.
    found = labels(make_person(yaw=90))
    assert found['nose'][0] < found['left_ear'][0]
    for part in ('eye', 'ear', 'shoulder', 'hip'):
        near, far = found[f'left_{part}'][2], found[f'right_{part}'][2]
        assert (part, near, far) in ((part, 2, 1), ('hip', 1, 1))
    # The hanging arm covers the near hip.
    assert found['left_wrist'][2] == 2


def test_an_object_in_front_hides_what_it_covers_and_no_more():
    plain = labels(make_person())
    x, y, _ = plain['left_knee']
    covered = labels(make_person(), square(x, y, 4))
    changed = [name for name in KEYPOINTS if covered[name][2] != plain[name][2]]
    assert changed == ['left_knee']
    assert covered['left_knee'].tolist() == [x, y, 1]


def test_an_object_behind_hides_nothing():
    plain = labels(make_person())
    x, y, _ = plain['left_knee']
    found = labels(square(x, y, 30), make_person())
    assert all(found[name][2] == plain[name][2] for name in KEYPOINTS)


def test_a_nearer_person_hides_a_farther_one():
    two = render(make_person(), make_person(RED)).people
    assert set(two[0].keypoints[:, 2]) == {1}
    assert set(two[1].keypoints[:, 2]) == {2}
    assert two[0].shown == 0 and two[1].shown == 1


def test_an_arm_before_the_trunk_hides_the_hip():
    arm, pose = Pose().arms[0], Pose()
    # The upper arm hangs, the forearm crosses the front of the trunk.
    folded = replace(pose, arms=(arm._replace(flex=-5, twist=-65, bend=95), arm))
    person = replace(make_person(), pose=folded)
    image = render(person)
    wrist = image.people[0].keypoints[KEYPOINTS.index('left_wrist')]
    assert wrist[0] < labels(make_person())['left_wrist'][0] - 15
    assert wrist[2] == 2
    behind = replace(person, view=replace(person.view, yaw=180))
    assert labels(behind)['left_wrist'][2] == 1


def test_joints_outside_the_picture_are_zero():
    found = labels(make_person(centre=(96, 230)))
    for name in ('left_ankle', 'right_ankle', 'left_knee'):
        assert found[name].tolist() == [0, 0, 0]
    assert found['nose'][2] == 2


def test_a_person_outside_the_picture_leaves_no_pixel():
    picture = render(make_person(centre=(-500, 128)))
    (person,) = picture.people
    assert person.area == 0 and not person.keypoints.any()
    assert not picture.image.any()


def test_box_and_area_are_those_of_the_drawn_pixels():
    picture = render(make_person(centre=(60, 150)))
    (person,) = picture.people
    rows, columns = np.nonzero(picture.image.max(2) > 127)
    x, y, width, height = person.box
    assert x == pytest.approx(columns.min(), abs=1)
    assert y == pytest.approx(rows.min(), abs=1)
    assert x + width == pytest.approx(columns.max() + 1, abs=1)
    assert y + height == pytest.approx(rows.max() + 1, abs=1)
    assert y + height <= HEIGHT
    assert person.area == pytest.approx(len(rows), rel=0.15)


def test_an_object_does_not_shrink_the_box():
    plain = render(make_person()).people[0]
    covered = render(make_person(), square(96, 220, 60)).people[0]
    assert covered.box == plain.box and covered.area == plain.area
    assert covered.shown < 0.8


def test_the_picture_shows_each_layer_in_its_colour():
    picture = render(make_person(BLUE), square(96, 240, 12))
    chest = picture.image[110, 96]
    assert chest[0] > 120 and not chest[1:].any()
    assert picture.image[240, 96].tolist() == [0, 0, 255]
    assert picture.image[5, 5].tolist() == [0, 0, 0]
    owner = picture.ids[220, 192] // PERSON_STRIDE
    assert owner == 0


def test_an_empty_scene_is_its_backdrop():
    picture = render()
    assert picture.people == [] and not picture.image.any()


def test_more_people_than_the_id_buffer_holds():
    with pytest.raises(ValueError, match='3 people'):
        render(*[make_person()] * 4)
