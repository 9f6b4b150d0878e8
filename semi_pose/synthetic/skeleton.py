"""Articulated people: build, pose and joints in three dimensions.

Body frame: x towards the person's left, y down, z backwards, origin between the
hips; lengths in units of an average adult's height. Angles are in degrees.
"""

from typing import NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation

KEYPOINTS = (
    'nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear',
    'left_shoulder', 'right_shoulder', 'left_elbow', 'right_elbow',
    'left_wrist', 'right_wrist', 'left_hip', 'right_hip',
    'left_knee', 'right_knee', 'left_ankle', 'right_ankle',
)  # fmt: skip
SIDES = {'left': 1, 'right': -1}

HEAD = 0.135
TRUNK = 0.29
SHOULDER, HIP = 0.1, 0.055  # from the middle
ARM = ('shoulder', 'elbow', 'wrist', 'hand')
ARM_BONES = np.array(((0, 0.165, 0), (0, 0.145, 0), (0, 0.058, 0)))
LEG = ('hip', 'knee', 'ankle', 'toe')
LEG_BONES = np.array(((0, 0.24, 0), (0, 0.235, 0), (0, 0.038, -0.094)))
# Places on the head, from its center, in units of its size.
FACE = {
    'nose': (0, 0.1, -0.47),
    'left_eye': (0.17, -0.06, -0.37),
    'right_eye': (-0.17, -0.06, -0.37),
    'left_ear': (0.4, 0.02, 0.02),
    'right_ear': (-0.4, 0.02, 0.02),
}


class Limb(NamedTuple):
    """Angles of an arm or a leg; all zero hangs straight down."""

    flex: float = 0.0  # forward swing of the upper segment
    abduct: float = 0.0  # outward swing of it
    twist: float = 0.0  # outward turn of it about its own axis
    bend: float = 0.0  # of the elbow (forwards) or of the knee (backwards)


class Body(NamedTuple):
    """Sizes relative to an average adult; ``girth`` is the thickness."""

    head: float = 1.0
    trunk: float = 1.0
    width: float = 1.0
    arms: float = 1.0
    legs: float = 1.0
    girth: float = 1.0


class Pose(NamedTuple):
    """Left and right limbs; forward bend, lean to the left, and twist of the rest.

    The head's angles are relative to the trunk's.
    """

    arms: tuple[Limb, Limb] = (Limb(0, 10, 0, 10), Limb(0, 10, 0, 10))
    legs: tuple[Limb, Limb] = (Limb(0, 4), Limb(0, 4))
    trunk: tuple[float, float, float] = (0.0, 0.0, 0.0)
    head: tuple[float, float, float] = (0.0, 0.0, 0.0)


# How often each is drawn, and the ranges of flex, abduct, twist and bend.
ARM_POSES = {
    'hang': (30, ((-15, 20), (4, 18), (-30, 30), (5, 35))),
    'swing': (17, ((-50, 55), (3, 20), (-20, 20), (10, 90))),
    'overhead': (8, ((130, 175), (-10, 35), (-30, 30), (0, 70))),
    'sideways': (18, ((-20, 30), (55, 120), (-30, 90), (0, 110))),
    'akimbo': (10, ((-35, -10), (30, 50), (-80, -50), (75, 110))),
    'reach': (12, ((30, 115), (-10, 35), (-70, 40), (0, 110))),
}
# One leg and the other.
LEG_POSES = {
    'stand': (45, *2 * [((-5, 8), (1, 8), (0, 25), (0, 10))]),
    'straddle': (12, *2 * [((-15, 20), (12, 42), (0, 30), (0, 25))]),
    'step': (
        *(28, ((10, 75), (0, 8), (-5, 12), (0, 100))),
        ((-35, -5), (0, 8), (-5, 12), (5, 80)),
    ),
    'crouch': (10, *2 * [((65, 120), (2, 38), (-10, 30), (55, 140))]),
}
TRUNK_POSES = {
    'upright': (80, ((-6, 10), (-6, 6), (-15, 15))),
    'lean': (15, ((-15, 25), (-28, 28), (-30, 30))),
    'bend': (5, ((25, 85), (-12, 12), (-20, 20))),
}
HEAD_POSE = ((-15, 20), (-12, 12), (-40, 40))
UNUSUAL = ('crouch', 'bend')


def sample_body(rng: np.random.Generator) -> Body:
    """Draw a build: slim or stout, short or long limbs, one in seven a child."""
    child = rng.uniform(0.75, 0.9) if rng.random() < 0.15 else 1.0
    head, trunk, width, arms, legs = rng.normal(1, 0.06, 5).clip(0.85, 1.15)
    stout = rng.normal(0, 0.18)
    return Body(
        head,
        child * trunk,
        child * width * (1 + 0.3 * stout),
        child * arms,
        child * legs,
        child * max(0.7, 1 + stout),
    )


def sample_pose(rng: np.random.Generator, simple: bool = False) -> Pose:
    """Draw a pose: arms, legs and trunk, each of a named kind in its ranges.

    Args:
        rng: Source of randomness.
        simple: Leave out the :data:`UNUSUAL` kinds.

    Returns:
        The pose.
    """
    skipped = UNUSUAL if simple else ()
    arms = [_pick(rng, ARM_POSES)[0]] * 2
    if rng.random() < 0.65:
        arms[1] = _pick(rng, ARM_POSES)[0]
    legs = rng.permutation(_pick(rng, LEG_POSES, skipped))
    (trunk,) = _pick(rng, TRUNK_POSES, skipped)
    return Pose(
        arms=tuple(Limb(*_within(rng, ranges)) for ranges in arms),
        legs=tuple(Limb(*_within(rng, ranges)) for ranges in legs),
        trunk=tuple(_within(rng, trunk)),
        head=tuple(_within(rng, HEAD_POSE)),
    )


def _pick(rng, poses, skipped=()):
    poses = {kind: pose for kind, pose in poses.items() if kind not in skipped}
    weights = np.cumsum([weight for weight, *_ in poses.values()])
    kind = np.searchsorted(weights, rng.random() * weights[-1])
    return list(poses.values())[kind][1:]


def _within(rng, ranges):
    return rng.uniform(*np.transpose(ranges)).tolist()


def place_joints(
    body: Body, pose: Pose
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Place the joints of a body by forward kinematics.

    Returns:
        - Name to position (3,): :data:`KEYPOINTS`, neck, head, hands and toes.
        - Rotation of the trunk, (3, 3), columns are its axes.
        - Rotation of the head, (3, 3).
    """
    angles = [pose.trunk, pose.head]
    for limbs, bend in ((pose.arms, -1), (pose.legs, 1)):
        for sign, limb in zip(SIDES.values(), limbs, strict=True):
            angles.append((-limb.flex, -sign * limb.abduct, -sign * limb.twist))
            angles.append((bend * limb.bend, 0, 0))
    turns = Rotation.from_euler('XZY', angles, degrees=True).as_matrix()
    trunk, head = turns[0], turns[0] @ turns[1]
    neck = trunk @ (0, -TRUNK * body.trunk, 0)
    size = HEAD * body.head
    center = neck + trunk @ (0, -0.045, -0.01) + head @ (0, -size / 2, 0)
    joints = dict(neck=neck, head=center)
    joints |= {name: center + size * head @ spot for name, spot in FACE.items()}
    for i, (side, sign) in enumerate(SIDES.items()):
        start = neck + trunk @ (sign * SHOULDER * body.width, 0.012, 0)
        upper, bend = trunk @ turns[2 + 2 * i], turns[3 + 2 * i]
        joints |= _chain(side, ARM, start, upper, bend, body.arms * ARM_BONES)
        start = np.array((sign * HIP * body.width, 0, 0))
        upper, bend = turns[6 + 2 * i], turns[7 + 2 * i]
        joints |= _chain(side, LEG, start, upper, bend, body.legs * LEG_BONES)
    return joints, trunk, head


def _chain(side, names, start, upper, bend, bones):
    lower = upper @ bend
    points = np.cumsum((start, upper @ bones[0], *(bones[1:] @ lower.T)), 0)
    return {f'{side}_{name}': point for name, point in zip(names, points, strict=True)}
