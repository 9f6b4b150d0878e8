"""Forward kinematics by hand-computed joints, and what is drawn at random."""

import numpy as np
import pytest

from semi_pose.synthetic.skeleton import (
    Body,
    Limb,
    Pose,
    pose_skeleton,
    rotation,
    sample_body,
    sample_pose,
)

STRAIGHT = Limb(0, 0, 0, 0)


def joints(arm=STRAIGHT, leg=STRAIGHT, trunk=(0, 0, 0)):
    pose = Pose(arms=(arm, arm), legs=(leg, leg), trunk=trunk)
    return pose_skeleton(Body(), pose).joints


@pytest.mark.parametrize('axis', [0, 1, 2])
def test_a_quarter_turn_takes_the_next_axis_to_the_one_after(axis):
    unit = np.eye(3)
    turned = rotation(axis, 90) @ unit[(axis + 1) % 3]
    np.testing.assert_allclose(turned, unit[(axis + 2) % 3], atol=1e-12)


def test_standing_straight():
    body, found = Body(), joints()
    np.testing.assert_allclose(found['left_hip'], (body.hip, 0, 0))
    np.testing.assert_allclose(found['right_knee'], (-body.hip, body.thigh, 0))
    ankle = body.thigh + body.shin
    np.testing.assert_allclose(found['left_ankle'], (body.hip, ankle, 0))
    wrist = found['left_shoulder'] + (0, body.upper_arm + body.forearm, 0)
    np.testing.assert_allclose(found['left_wrist'], wrist)


def test_arms_swing_forwards_and_outwards():
    body = Body()
    forwards = joints(arm=Limb(90, 0, 0, 0))
    reach = forwards['right_elbow'] - forwards['right_shoulder']
    np.testing.assert_allclose(reach, (0, 0, -body.upper_arm), atol=1e-12)
    outwards = joints(arm=Limb(0, 90, 0, 0))
    for side, sign in (('left', 1), ('right', -1)):
        reach = outwards[f'{side}_elbow'] - outwards[f'{side}_shoulder']
        np.testing.assert_allclose(reach, (sign * body.upper_arm, 0, 0), atol=1e-12)


def test_elbows_bend_forwards_and_knees_backwards():
    body, bent = Body(), Limb(0, 0, 0, 90)
    found = joints(arm=bent, leg=bent)
    forearm = found['left_wrist'] - found['left_elbow']
    np.testing.assert_allclose(forearm, (0, 0, -body.forearm), atol=1e-12)
    shin = found['left_ankle'] - found['left_knee']
    np.testing.assert_allclose(shin, (0, 0, body.shin), atol=1e-12)


def test_the_trunk_bends_forwards_and_takes_the_arms_along():
    body, found = Body(), joints(trunk=(90, 0, 0))
    np.testing.assert_allclose(found['neck'], (0, 0, -body.trunk), atol=1e-12)
    upper_arm = found['left_elbow'] - found['left_shoulder']
    np.testing.assert_allclose(upper_arm, (0, 0, body.upper_arm), atol=1e-12)


def test_drawn_poses_keep_the_lengths_of_the_body():
    rng = np.random.default_rng(0)
    for _ in range(50):
        body = sample_body(rng)
        found = pose_skeleton(body, sample_pose(rng)).joints
        for start, stop, length in (
            ('left_hip', 'left_knee', body.thigh),
            ('right_knee', 'right_ankle', body.shin),
            ('left_shoulder', 'left_elbow', body.upper_arm),
            ('right_elbow', 'right_wrist', body.forearm),
        ):
            distance = np.linalg.norm(found[start] - found[stop])
            assert distance == pytest.approx(length)


def test_drawn_poses_differ():
    rng = np.random.default_rng(0)
    flex = [sample_pose(rng).arms[0].flex for _ in range(500)]
    # Hanging, reaching and raised arms: far more than one kind's 35 degrees.
    assert np.std(flex) > 40
    assert min(flex) < -20 and max(flex) > 140
