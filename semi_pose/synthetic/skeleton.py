"""Articulated people: build, pose and joints in three dimensions.

Body frame: x towards the person's left, y down, z backwards, origin between the
hips; lengths are in units of an average adult's height. Seen from the front
(yaw 0) the same axes are right, down and away from the camera.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from semi_pose.synthetic.draws import pick, within

KEYPOINTS = (
    'nose',
    'left_eye',
    'right_eye',
    'left_ear',
    'right_ear',
    'left_shoulder',
    'right_shoulder',
    'left_elbow',
    'right_elbow',
    'left_wrist',
    'right_wrist',
    'left_hip',
    'right_hip',
    'left_knee',
    'right_knee',
    'left_ankle',
    'right_ankle',
)
SIDES = {'left': 1, 'right': -1}


class Limb(NamedTuple):
    """Angles of an arm or a leg in degrees; all zero hangs straight down.

    Attributes:
        flex: Forward swing of the upper segment.
        abduct: Outward swing of the upper segment.
        twist: Outward turn of the upper segment about its own axis.
        bend: Bend of the elbow (forwards) or of the knee (backwards).
    """

    flex: float
    abduct: float
    twist: float
    bend: float


@dataclass(frozen=True)
class Body:
    """Lengths of a body, in units of an average adult's height.

    Attributes:
        head: Size of the head, from chin to crown.
        trunk: From the hips to the shoulders.
        shoulder: Half the distance between the shoulders.
        hip: Half the distance between the hips.
        upper_arm: From shoulder to elbow.
        forearm: From elbow to wrist.
        thigh: From hip to knee.
        shin: From knee to ankle.
        girth: Thickness of limbs, 1 for an average adult.
        waist: Thickness of the trunk, 1 for an average adult.
    """

    head: float = 0.135
    trunk: float = 0.29
    shoulder: float = 0.1
    hip: float = 0.055
    upper_arm: float = 0.165
    forearm: float = 0.145
    thigh: float = 0.24
    shin: float = 0.235
    girth: float = 1.0
    waist: float = 1.0


@dataclass(frozen=True)
class Pose:
    """Joint angles in degrees; the default stands upright with hanging arms.

    Attributes:
        arms: Left and right arm.
        legs: Left and right leg.
        trunk: Forward bend, lean towards the left, twist of the trunk.
        head: Nod, tilt and turn of the head relative to the trunk.
    """

    arms: tuple[Limb, Limb] = (Limb(0, 10, 0, 10), Limb(0, 10, 0, 10))
    legs: tuple[Limb, Limb] = (Limb(0, 4, 0, 0), Limb(0, 4, 0, 0))
    trunk: tuple[float, float, float] = (0.0, 0.0, 0.0)
    head: tuple[float, float, float] = (0.0, 0.0, 0.0)


class Skeleton(NamedTuple):
    """Joints in the body frame.

    Attributes:
        joints: Name to position of shape (3,): the body joints of
            :data:`KEYPOINTS`, and neck, head, hands and toes.
        trunk: Rotation of the trunk, (3, 3), columns are its axes.
        head: Rotation of the head, (3, 3).
    """

    joints: dict[str, np.ndarray]
    trunk: np.ndarray
    head: np.ndarray


# Ranges in degrees of flex, abduct, twist, bend.
ARM_POSES = {
    'hang': ((-15, 20), (4, 18), (-30, 30), (5, 35)),
    'swing': ((-50, 55), (3, 20), (-20, 20), (10, 90)),
    'overhead': ((130, 175), (-10, 35), (-30, 30), (0, 70)),
    'sideways': ((-20, 20), (55, 120), (-30, 60), (0, 60)),
    'wave': ((0, 30), (60, 110), (60, 100), (60, 125)),
    'akimbo': ((-35, -10), (30, 50), (-80, -50), (75, 110)),
    'reach': ((50, 115), (-10, 35), (-40, 40), (0, 90)),
    'fold': ((20, 50), (0, 15), (-80, -50), (80, 120)),
    'free': ((-50, 160), (-10, 110), (-80, 80), (0, 135)),
}
LEG_POSES = {
    'stand': (((-5, 8), (1, 8), (0, 25), (0, 10)),) * 2,
    'straddle': (((-15, 20), (12, 42), (0, 30), (0, 25)),) * 2,
    'walk': (
        ((10, 38), (0, 6), (-5, 12), (0, 20)),
        ((-30, -8), (0, 6), (-5, 12), (5, 45)),
    ),
    'run': (
        ((35, 80), (0, 8), (-5, 10), (40, 110)),
        ((-40, -5), (0, 8), (-5, 10), (20, 95)),
    ),
    'sit': (((65, 95), (2, 28), (-10, 20), (55, 105)),) * 2,
    'squat': (((75, 120), (5, 38), (0, 30), (85, 140)),) * 2,
    'kneel': (
        ((60, 95), (0, 20), (0, 15), (75, 110)),
        ((-15, 15), (0, 10), (0, 10), (75, 120)),
    ),
    'free': (((-35, 105), (-3, 45), (-25, 35), (0, 130)),) * 2,
}
TRUNK_POSES = {
    'upright': ((-6, 10), (-6, 6), (-15, 15)),
    'lean': ((-15, 25), (-28, 28), (-30, 30)),
    'bend': ((25, 85), (-12, 12), (-20, 20)),
}
ARM_WEIGHTS = dict(zip(ARM_POSES, (22, 15, 10, 10, 8, 9, 11, 5, 10), strict=True))
LEG_WEIGHTS = dict(zip(LEG_POSES, (32, 10, 17, 11, 10, 6, 6, 8), strict=True))
TRUNK_WEIGHTS = dict(upright=68, lean=20, bend=12)


def sample_body(rng: np.random.Generator) -> Body:
    """Draw a build: slim or stout, short or long limbs, one in seven a child.

    Args:
        rng: Source of randomness.

    Returns:
        The drawn body.
    """
    child = rng.uniform(0.75, 0.9) if rng.random() < 0.15 else 1.0
    legs, arms, trunk, width = rng.normal(1, 0.06, 4).clip(0.85, 1.15)
    stout = rng.normal(0, 1)
    return Body(
        head=0.135 * rng.uniform(0.92, 1.1),
        trunk=0.29 * child * trunk,
        shoulder=0.1 * child * width * (1 + 0.05 * stout),
        hip=0.055 * child * width * (1 + 0.05 * stout),
        upper_arm=0.165 * child * arms,
        forearm=0.145 * child * arms,
        thigh=0.24 * child * legs,
        shin=0.235 * child * legs,
        girth=child * float(np.clip(1 + 0.16 * stout, 0.75, 1.5)),
        waist=child * float(np.clip(1 + 0.2 * stout, 0.75, 1.7)),
    )


def sample_pose(rng: np.random.Generator) -> Pose:
    """Draw a pose: arms, legs and trunk each from a named kind and its ranges.

    Args:
        rng: Source of randomness.

    Returns:
        The drawn pose.
    """
    arm = ARM_POSES[pick(rng, ARM_WEIGHTS)]
    other = ARM_POSES[pick(rng, ARM_WEIGHTS)] if rng.random() < 0.65 else arm
    legs = LEG_POSES[pick(rng, LEG_WEIGHTS)]
    if rng.random() < 0.5:
        legs = legs[::-1]
    trunk = TRUNK_POSES[pick(rng, TRUNK_WEIGHTS)]
    return Pose(
        arms=(Limb(*within(rng, arm)), Limb(*within(rng, other))),
        legs=(Limb(*within(rng, legs[0])), Limb(*within(rng, legs[1]))),
        trunk=tuple(within(rng, trunk)),
        head=tuple(within(rng, ((-20, 25), (-15, 15), (-45, 45)))),
    )


def rotation(axis: int, degrees: float) -> np.ndarray:
    """Rotate about one axis; positive turns the next axis towards the one after.

    Args:
        axis: 0, 1 or 2 for x, y or z.
        degrees: Angle; about z, 90 turns x onto y.

    Returns:
        Matrix of shape (3, 3) for column vectors.
    """
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.zeros((3, 3))
    matrix[axis, axis] = 1
    matrix[i, i] = matrix[j, j] = cos
    matrix[i, j], matrix[j, i] = -sin, sin
    return matrix


def pose_skeleton(body: Body, pose: Pose) -> Skeleton:
    """Place the joints of a body by forward kinematics.

    Args:
        body: Lengths.
        pose: Joint angles.

    Returns:
        Joints and the frames of trunk and head, in the body frame.
    """
    bend, lean, twist = pose.trunk
    nod, tilt, turn = pose.head
    trunk = rotation(0, bend) @ rotation(2, lean) @ rotation(1, twist)
    head = trunk @ rotation(1, turn) @ rotation(0, nod) @ rotation(2, tilt)
    neck = trunk @ (0, -body.trunk, 0)
    joints = {'neck': neck}
    joints['head'] = neck + trunk @ (0, -0.045, -0.01) + head @ (0, -body.head / 2, 0)
    joints.update(_face(body.head, joints['head'], head))
    for (side, sign), arm, leg in zip(SIDES.items(), pose.arms, pose.legs, strict=True):
        shoulder = neck + trunk @ (sign * body.shoulder, 0.012, 0)
        hip = np.array((sign * body.hip, 0.0, 0.0))
        joints.update(_arm(body, side, shoulder, trunk, arm))
        joints.update(_leg(body, side, hip, leg))
    return Skeleton(joints, trunk, head)


def _face(size, centre, frame):
    spots = {
        'nose': (0, 0.1, -0.47),
        'left_eye': (0.17, -0.06, -0.37),
        'right_eye': (-0.17, -0.06, -0.37),
        'left_ear': (0.4, 0.02, 0.02),
        'right_ear': (-0.4, 0.02, 0.02),
    }
    places = centre + size * np.array(list(spots.values())) @ frame.T
    return dict(zip(spots, places, strict=True))


def _root(sign, limb):
    swing = rotation(0, -limb.flex) @ rotation(2, -sign * limb.abduct)
    return swing @ rotation(1, -sign * limb.twist)


def _arm(body, side, shoulder, trunk, limb):
    upper = trunk @ _root(SIDES[side], limb)
    lower = upper @ rotation(0, -limb.bend)
    elbow = shoulder + body.upper_arm * upper[:, 1]
    wrist = elbow + body.forearm * lower[:, 1]
    return {
        f'{side}_shoulder': shoulder,
        f'{side}_elbow': elbow,
        f'{side}_wrist': wrist,
        f'{side}_hand': wrist + 0.4 * body.forearm * lower[:, 1],
    }


def _leg(body, side, hip, limb):
    upper = _root(SIDES[side], limb)
    lower = upper @ rotation(0, limb.bend)
    knee = hip + body.thigh * upper[:, 1]
    ankle = knee + body.shin * lower[:, 1]
    return {
        f'{side}_hip': hip,
        f'{side}_knee': knee,
        f'{side}_ankle': ankle,
        f'{side}_toe': ankle + body.shin * lower @ (0, 0.16, -0.4),
    }
