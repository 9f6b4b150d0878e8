"""A person as flat surfaces in the picture, and where its joints lie."""

import colorsys
from typing import NamedTuple

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from semi_pose.synthetic import skeleton
from semi_pose.synthetic.skeleton import KEYPOINTS, SIDES, Body, Pose

NUM_PATTERNS = 2
# BGR, from light to dark.
SKINS = np.array(
    ((205, 222, 245), (150, 185, 228), (110, 150, 205), (70, 105, 160), (40, 60, 95))
)
HAIRS = np.array(
    ((25, 25, 30), (30, 45, 70), (50, 90, 140), (110, 180, 220), (150, 150, 155))
)
# Material, keypoint shown, balls (x, y, z, radius) in units of the head's size.
FACE = [
    ('skin', None, (0, -0.06, -0.06, 0.37), (0, 0.2, -0.12, 0.26)),
    ('lips', None, (-0.1, 0.29, -0.38, 0.03), (0.1, 0.29, -0.38, 0.03)),
    ('blush', 'nose', (0, -0.05, -0.4, 0.04), (0, 0.1, -0.46, 0.07)),
    ('eyes', 'left_eye', (0.17, -0.06, -0.37, 0.05)),
    ('eyes', 'right_eye', (-0.17, -0.06, -0.37, 0.05)),
    ('blush', 'left_ear', (0.4, 0.02, 0.02, 0.08), (0.4, 0.1, 0, 0.05)),
    ('blush', 'right_ear', (-0.4, 0.02, 0.02, 0.08), (-0.4, 0.1, 0, 0.05)),
]
HAIR = [
    ('hair', None, (0, -0.1, 0.08, 0.41), (0, 0.05, 0.12, 0.33)),
    ('hair', None, (-0.2, -0.33, -0.2, 0.13), (0.2, -0.33, -0.2, 0.13)),
]
TAIL = ('hair', None, (0, -0.1, 0.12, 0.4), (-0.3, 0.6, 0.2, 0.1), (0.3, 0.6, 0.2, 0.1))
HEADS = {'bald': FACE, 'short': FACE + HAIR, 'long': [*FACE, *HAIR, TAIL]}
# A keypoint of the face this far behind the head's center, in units of the head's
# size, is turned away.
TURNED_AWAY = 0.1
# Half the thickness of a trunk: a shoulder or hip that lies further behind the
# middle of its pair is hidden by the trunk.
TRUNK_DEPTH = 0.045
SHOULDERS, HIPS, KNEES = (
    tuple(f'{side}_{name}' for side in SIDES) for name in ('shoulder', 'hip', 'knee')
)
CIRCLE = np.exp(2j * np.pi * np.arange(12) / 12).view(float).reshape(12, 2)


class Paint(NamedTuple):
    """BGR color in 0-255, that of a pattern on it, and its number (0 for plain)."""

    color: np.ndarray
    printed: np.ndarray | tuple = (0, 0, 0)
    pattern: int = 0


class Surface(NamedTuple):
    """A convex polygon."""

    outline: np.ndarray  # x, y in pixels, (n, 2)
    paint: Paint
    shows: tuple[str | None, ...] = ()  # keypoints visible where this is on top


class Look(NamedTuple):
    """Colors and clothes."""

    paints: dict[str, Paint]  # skin, blush, lips, eyes, hair, top, bottom, shoes
    sleeves: float = 0.6  # how far cloth covers an arm: 0 bare, 1 elbow, 2 wrist
    trousers: float = 2.0  # how far cloth covers a leg: 0 bare, 1 knee, 2 ankle
    skirt: float = 0.0  # length of a skirt as a share of the thigh; 0 wears none
    loose: float = 1.15  # thickness of cloth relative to the limb
    hair: str = 'short'  # one of HEADS


class Person(NamedTuple):
    """All that determines the drawing of a person."""

    body: Body
    pose: Pose
    look: Look
    center: tuple[float, float]  # of the joints: x, y in pixels
    height: float  # pixels per unit of body length
    yaw: float = 0.0  # degrees: 0 faces us, 90 the picture's left edge, 180 away
    pitch: float = 0.0  # degrees that the camera looks down
    roll: float = 0.0  # degrees that the picture is turned clockwise
    perspective: float = 0.0  # growth of what is nearer, per unit of body length


class _Solid(NamedTuple):
    material: str
    shows: tuple[str | None, ...]
    balls: np.ndarray  # x, y, z, radius: the solid is their convex hull
    lift: float = 0.0  # added nearness when sorted by depth


def sample_color(rng: np.random.Generator) -> np.ndarray:
    """Draw a BGR color in 0-255, (3,): half of them grayish, half saturated."""
    hue, saturation, value = rng.random(3)
    saturation *= 0.25 if rng.random() < 0.45 else 0.95
    return 255 * np.array(colorsys.hsv_to_rgb(hue, saturation, 0.08 + 0.9 * value))


def sample_skin(rng: np.random.Generator) -> np.ndarray:
    """Draw a skin color in BGR, 0-255, (3,), between light and dark."""
    low = rng.integers(len(SKINS) - 1)
    return SKINS[low] + rng.random() * (SKINS[low + 1] - SKINS[low])


def sample_paint(rng: np.random.Generator, printed: float = 0.0) -> Paint:
    """Draw a paint that has a pattern with probability ``printed``."""
    pattern = int(rng.integers(NUM_PATTERNS)) + 1 if rng.random() < printed else 0
    return Paint(sample_color(rng), sample_color(rng), pattern)


def sample_person(
    rng: np.random.Generator,
    center: tuple[float, float],
    height: float,
    simple: bool = False,
) -> Person:
    """Draw a person; most face the camera, one in six turns its back.

    Args:
        rng: Source of randomness.
        center: Of the joints: x, y in pixels.
        height: Pixels per unit of body length.
        simple: All face the camera, and none crouches or bends down.

    Returns:
        The person.
    """
    side = 0.5 if simple else rng.random()
    yaw = rng.normal(180 if side > 0.85 else 0, 35 if side > 0.15 else 180)
    view = (center, height, yaw, *rng.normal((5, 0), (6, 5)), rng.uniform(0, 0.5))
    body, pose = skeleton.sample_body(rng), skeleton.sample_pose(rng, simple)
    return Person(body, pose, _sample_look(rng), *view)


def _sample_look(rng):
    skin = sample_skin(rng)
    skirt = rng.uniform(0.4, 1.25) if rng.random() < 0.2 else 0.0
    top, bottom = sample_paint(rng, 0.45), sample_paint(rng, 0.2)
    paints = dict(
        skin=Paint(skin),
        blush=Paint(skin * (0.82, 0.84, 0.95)),
        lips=Paint(skin * (0.5, 0.5, 0.7)),
        eyes=Paint(0.2 * sample_color(rng)),
        hair=Paint(HAIRS[rng.integers(len(HAIRS))]),
        top=top,
        bottom=top if skirt and rng.random() < 0.6 else bottom,
        shoes=sample_paint(rng),
    )
    sleeves = (0.0, rng.uniform(0.35, 0.9), 2.0)[rng.integers(3)]
    trousers = 0.0 if skirt else (2.0, 2.0, rng.uniform(0.3, 1.2))[rng.integers(3)]
    hair = ('bald', 'short', 'short', 'long')[rng.integers(4)]
    return Look(paints, sleeves, trousers, skirt, rng.uniform(1.05, 1.4), hair)


def build_figure(person: Person) -> tuple[np.ndarray, np.ndarray, list[Surface]]:
    """Pose, dress and project a person.

    Returns:
        - Keypoints, x, y in pixels, (17, 2).
        - The most that each one's visibility can be, (17,): 0 on the far side of
          the head, 1 behind the trunk, 2 else.
        - Surfaces from far to near.
    """
    body, pose, look, *_ = person
    joints, trunk, head = skeleton.place_joints(body, pose)
    size = skeleton.HEAD * body.head
    solids = [
        *_head(joints['head'], head, size, look.hair),
        *_trunk(joints, trunk, body, look.skirt),
        *_limbs(joints, body, look),
    ]
    points = _balls([joints[name] for name in (*KEYPOINTS, 'head')], 0)
    balls = np.concatenate([points, *(solid.balls for solid in solids)])
    points, balls = np.split(_project(balls, person), [len(points)])
    counts = np.array([len(solid.balls) for solid in solids])
    starts = np.cumsum(counts) - counts
    depths = np.add.reduceat(balls[:, 2], starts) / counts
    nearness = [solid.lift for solid in solids] - depths
    rings = balls[:, None, :2] + balls[:, None, 3:] * CIRCLE
    rings = np.split(rings.astype(np.float32), starts[1:])
    surfaces = []
    for i in np.argsort(nearness, kind='stable'):
        outline = cv2.convexHull(rings[i].reshape(-1, 2))[:, 0]
        paint = look.paints[solids[i].material]
        surfaces.append(Surface(outline, paint, solids[i].shows))
    return points[:-1, :2], _limits(points[:, 2], size), surfaces


def _head(center, turn, size, hair):
    for material, keypoint, *spots in HEADS[hair]:
        balls = size * np.array(spots)
        balls[:, :3] = balls[:, :3] @ turn.T + center
        yield _Solid(material, (keypoint,), balls)


def _trunk(joints, turn, body, skirt):
    shoulders, hips, knees = (
        np.array([joints[name] for name in pair]) for pair in (SHOULDERS, HIPS, KNEES)
    )
    across, down, _ = turn.T
    sides = body.width * np.outer((1, -1), across)
    length, girth = skeleton.TRUNK * body.trunk, body.girth
    collar = joints['neck'] - 0.025 * down
    chest = joints['neck'] + 0.35 * length * down + 0.055 * sides
    middle = -0.4 * length * down + 0.044 * sides
    yield _Solid('skin', (), _balls([collar, joints['head']], 0.026 * girth**0.5))
    radii = [0.03] * 2 + [0.056 * girth] * 2 + [0.05 * girth] * 2 + [0.026]
    balls = _balls([*(shoulders - 0.01 * sides), *chest, *middle, collar], radii)
    yield _Solid('top', SHOULDERS + HIPS, balls)
    yield _Solid('bottom', HIPS, _balls([*hips, *middle], 0.051 * girth), lift=0.005)
    if skirt:
        hem = hips + skirt * (knees - hips)
        yield _Solid('bottom', HIPS, _balls([*hips, *hem], 0.06 * girth), lift=0.05)


def _limbs(joints, body, look):
    arm = skeleton.ARM, (0.034, 0.027, 0.02), 'top', look.sleeves, 'skin', 0.021
    leg = skeleton.LEG, (0.057, 0.041, 0.026), 'bottom', look.trousers, 'shoes', 0.026
    for side in SIDES:
        for names, radii, cloth, cover, end, end_radius in (arm, leg):
            names = [f'{side}_{name}' for name in names]
            places = [joints[name] for name in names]
            balls = _balls(places[:3], body.girth * np.array(radii))
            for i in range(2):
                shows = tuple(names[i : i + 2])
                covered = min(max(cover - i, 0), 1)
                hem = balls[i] + covered * (balls[i + 1] - balls[i])
                if covered > 0:
                    sleeve = np.array((balls[i], hem)) * (1, 1, 1, look.loose)
                    yield _Solid(cloth, shows, sleeve)
                if covered < 1:
                    yield _Solid('skin', shows, np.array((hem, balls[i + 1])))
            yield _Solid(end, (names[2],), _balls(places[2:], end_radius))


def _balls(centers, radii):
    balls = np.empty((len(centers), 4))
    balls[:, :3], balls[:, 3] = centers, radii
    return balls


def _project(balls, person):
    angles = (person.roll, person.pitch, person.yaw)
    turn = Rotation.from_euler('ZXY', angles, degrees=True).as_matrix()
    points = balls[:, :3] @ turn.T
    scale = person.height / (1 + person.perspective * points[:, 2:]).clip(0.5, 2)
    points[:, :2] *= scale
    joints = points[: len(KEYPOINTS), :2]
    points[:, :2] += person.center - (joints.min(0) + joints.max(0)) / 2
    return np.hstack((points, balls[:, 3:] * scale))


def _limits(depth, head_size):
    limits = np.full(len(KEYPOINTS), 2)
    limits[:5][depth[:5] - depth[-1] > TURNED_AWAY * head_size] = 0
    for pair in ([5, 6], [11, 12]):  # shoulders, hips
        limits[pair] -= depth[pair] - depth[pair].sum() / 2 > TRUNK_DEPTH
    return limits
