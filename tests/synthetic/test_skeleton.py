"""Forward kinematics by hand-computed joints, and what is drawn at random."""

import numpy as np
import pytest

from semi_pose.synthetic.skeleton import (
    ARM_BONES,
    LEG_BONES,
    TRUNK,
    Body,
    Limb,
    Pose,
    place_joints,
    sample_body,
    sample_pose,
)

STRAIGHT = Limb(0, 0, 0, 0)


def joints(arm=STRAIGHT, leg=STRAIGHT, trunk=(0, 0, 0)):
    pose = Pose(arms=(arm, arm), legs=(leg, leg), trunk=trunk)
    return place_joints(Body(), pose)[0]


UPPER_ARM, FOREARM = ARM_BONES[:2, 1]
THIGH, SHIN = LEG_BONES[:2, 1]


def test_standing_straight():
    found = joints()
    assert found['left_hip'][0] == -found['right_hip'][0] > 0
    np.testing.assert_allclose(found['right_knee'], found['right_hip'] + (0, THIGH, 0))
    np.testing.assert_allclose(found['left_ankle'], found['left_knee'] + (0, SHIN, 0))
    wrist = found['left_shoulder'] + (0, UPPER_ARM + FOREARM, 0)
    np.testing.assert_allclose(found['left_wrist'], wrist)
    # The face looks forwards, the left ear is on the left.
    assert found['nose'][2] < found['left_eye'][2] < found['head'][2]
    assert found['left_ear'][0] > found['left_eye'][0] > found['nose'][0]


def test_arms_swing_forwards_and_outwards():
    forwards = joints(arm=Limb(90, 0, 0, 0))
    reach = forwards['right_elbow'] - forwards['right_shoulder']
    np.testing.assert_allclose(reach, (0, 0, -UPPER_ARM), atol=1e-12)
    outwards = joints(arm=Limb(0, 90, 0, 0))
    for side, sign in (('left', 1), ('right', -1)):
        reach = outwards[f'{side}_elbow'] - outwards[f'{side}_shoulder']
        np.testing.assert_allclose(reach, (sign * UPPER_ARM, 0, 0), atol=1e-12)


def test_elbows_bend_forwards_and_knees_backwards():
    bent = Limb(0, 0, 0, 90)
    found = joints(arm=bent, leg=bent)
    forearm = found['left_wrist'] - found['left_elbow']
    np.testing.assert_allclose(forearm, (0, 0, -FOREARM), atol=1e-12)
    shin = found['left_ankle'] - found['left_knee']
    np.testing.assert_allclose(shin, (0, 0, SHIN), atol=1e-12)


def test_the_trunk_bends_forwards_and_takes_the_arms_along():
    found = joints(trunk=(90, 0, 0))
    np.testing.assert_allclose(found['neck'], (0, 0, -TRUNK), atol=1e-12)
    upper_arm = found['left_elbow'] - found['left_shoulder']
    np.testing.assert_allclose(upper_arm, (0, 0, UPPER_ARM), atol=1e-12)


def test_drawn_poses_keep_the_lengths_of_the_body():
    rng = np.random.default_rng(0)
    for _ in range(50):
        body = sample_body(rng)
        found, trunk, head = place_joints(body, sample_pose(rng))
        for start, stop, length in (
            ('left_hip', 'left_knee', body.legs * THIGH),
            ('right_knee', 'right_ankle', body.legs * SHIN),
            ('left_shoulder', 'left_elbow', body.arms * UPPER_ARM),
            ('right_elbow', 'right_wrist', body.arms * FOREARM),
        ):
            distance = np.linalg.norm(found[start] - found[stop])
            assert distance == pytest.approx(length)
        for turn in (trunk, head):
            np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)


def test_drawn_poses_differ():
    rng = np.random.default_rng(0)
    flex = [sample_pose(rng).arms[0].flex for _ in range(500)]
    # Hanging, reaching and raised arms: far more than one kind's 35 degrees.
    assert np.std(flex) > 40
    assert min(flex) < -20 and max(flex) > 140
