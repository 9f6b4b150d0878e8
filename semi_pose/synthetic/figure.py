"""A person as a list of solid shapes, near ones last."""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from semi_pose.synthetic.appearance import Look, Material, Part
from semi_pose.synthetic.skeleton import (
    KEYPOINTS,
    SIDES,
    Body,
    Pose,
    pose_skeleton,
    rotation,
)

# Half the thickness of a trunk: a shoulder or hip that lies further behind the
# middle of its pair is hidden by the trunk.
TRUNK_DEPTH = 0.045


@dataclass(frozen=True)
class View:
    """Where and how a person is seen.

    Attributes:
        centre: Picture position (x, y) in pixels of the middle of the joints.
        height: Pixels per unit of body length.
        yaw: Degrees about the vertical: 0 faces the camera, 90 looks to the
            left edge of the picture, 180 is seen from behind.
        pitch: Degrees that the camera looks down.
        roll: Degrees that the picture is turned clockwise.
        perspective: Growth of what is nearer, per unit of body length.
    """

    centre: tuple[float, float]
    height: float
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    perspective: float = 0.0


@dataclass(frozen=True)
class Person:
    """All that determines the drawing of a person."""

    body: Body
    pose: Pose
    look: Look
    view: View


class Shape(NamedTuple):
    """The convex hull of a few balls.

    Attributes:
        part: Part of the person.
        material: What it is made of.
        balls: Centre x, y, z and radius, (n, 4).
        lift: Added nearness when shapes are sorted by depth.
        over: Drawn right over the shape before it, whatever its own depth.
    """

    part: Part
    material: Material
    balls: np.ndarray
    lift: float = 0.0
    over: bool = False


class Figure(NamedTuple):
    """A person in the picture.

    Attributes:
        keypoints: x, y in pixels and depth in units of body length, (17, 3).
        shapes: Shapes with x, y and radius in pixels, from far to near.
        behind: Whether the trunk lies in front of the joint, bool (17,).
    """

    keypoints: np.ndarray
    shapes: list[Shape]
    behind: np.ndarray


def build_figure(person: Person) -> Figure:
    """Pose, dress and project a person.

    Args:
        person: Body, pose, look and view.

    Returns:
        Its keypoints and shapes in the picture.
    """
    body, look, view = person.body, person.look, person.view
    skeleton = pose_skeleton(body, person.pose)
    shapes = [
        *_head(skeleton, body, look),
        *_trunk(skeleton, body, look),
        *_limbs(skeleton.joints, body, look),
    ]
    joints = np.stack([skeleton.joints[name] for name in KEYPOINTS])
    points = [_balls(joints, 0), *(shape.balls for shape in shapes)]
    projected = _project(np.concatenate(points), view, len(joints))
    starts = np.cumsum([len(p) for p in points])
    keypoints, balls = projected[: starts[0], :3], projected[starts[0] :]
    shapes = _sorted(shapes, balls, starts - starts[0])
    return Figure(keypoints, shapes, _behind_trunk(keypoints[:, 2]))


def _sorted(shapes, balls, bounds):
    starts, stops = bounds[:-1], bounds[1:]
    depths = np.add.reduceat(balls[:, 2], starts) / (stops - starts)
    nearness = []
    for shape, depth in zip(shapes, depths, strict=True):
        nearness.append(nearness[-1] if shape.over else shape.lift - depth)
    return [
        shapes[i]._replace(balls=balls[starts[i] : stops[i]])
        for i in np.argsort(nearness, kind='stable')
    ]


def _project(balls, view, num_joints):
    frame = rotation(2, view.roll) @ rotation(0, view.pitch) @ rotation(1, view.yaw)
    points = balls[:, :3] @ frame.T
    size = view.height / (1 + view.perspective * points[:, 2]).clip(0.5, 2)
    xy = points[:, :2] * size[:, None]
    middle = (xy[:num_joints].min(0) + xy[:num_joints].max(0)) / 2
    xy += np.subtract(view.centre, middle)
    return _balls(np.column_stack((xy, points[:, 2])), balls[:, 3] * size)


def _behind_trunk(depth):
    behind = np.zeros(len(KEYPOINTS), bool)
    for joint in ('shoulder', 'hip'):
        pair = [KEYPOINTS.index(f'{side}_{joint}') for side in SIDES]
        behind[pair] = depth[pair] - depth[pair].mean() > TRUNK_DEPTH
    return behind


def _balls(centres, radii):
    balls = np.empty((len(centres), 4))
    balls[:, :3], balls[:, 3] = centres, radii
    return balls


def _head(skeleton, body, look):
    shapes, spots = _head_shapes(look.hair, look.hat)
    centres = skeleton.joints['head'] + body.head * spots[:, :3] @ skeleton.head.T
    balls = _balls(centres, body.head * spots[:, 3])
    start = 0
    for shape, count in shapes:
        yield shape._replace(balls=balls[start : start + count])
        start += count


@functools.cache
def _head_shapes(hair, hat):
    shapes = [*_face(), *_hair(hair), *(_hat() if hat else ())]
    counted = [(shape, len(shape.balls)) for shape in shapes]
    return counted, np.concatenate([shape.balls for shape in shapes])


def _face():
    skin, detail = Material.SKIN, Material.DETAIL
    face = ((0, -0.06, -0.06, 0.37), (0, 0.2, -0.12, 0.26))
    brow = ((-0.24, -0.14, -0.36, 0.025), (0.24, -0.14, -0.36, 0.025))
    mouth = ((-0.1, 0.29, -0.38, 0.03), (0.1, 0.29, -0.38, 0.03))
    nose = ((0, -0.05, -0.4, 0.04), (0, 0.1, -0.46, 0.07))
    yield Shape(Part.HEAD, skin, face)
    yield Shape(Part.HEAD, detail, brow, lift=-0.01)
    yield Shape(Part.HEAD, detail, mouth)
    yield Shape(Part.NOSE, skin, nose)
    for side, sign in SIDES.items():
        eye, ear = Part[f'{side}_eye'.upper()], Part[f'{side}_ear'.upper()]
        yield Shape(eye, skin, ((sign * 0.17, -0.06, -0.37, 0.065),))
        yield Shape(eye, detail, ((sign * 0.17, -0.06, -0.38, 0.045),), over=True)
        lobe = (sign * 0.4, 0.1, 0, 0.05)
        yield Shape(ear, skin, ((sign * 0.4, 0.02, 0.02, 0.08), lobe))


def _hair(style):
    if style == 'bald':
        return
    hair = (Part.HEAD, Material.CLOTH)
    yield Shape(*hair, ((0, -0.1, 0.08, 0.41), (0, 0.05, 0.12, 0.33)))
    yield Shape(*hair, ((-0.2, -0.33, -0.2, 0.13), (0.2, -0.33, -0.2, 0.13)))
    if style == 'bun':
        yield Shape(*hair, ((0, -0.4, 0.3, 0.18),))
    if style == 'long':
        tips = (-0.3, 0.6, 0.2, 0.15), (0.3, 0.6, 0.2, 0.15)
        yield Shape(*hair, ((0, -0.1, 0.12, 0.42), *tips))
        for sign in SIDES.values():
            lock = ((sign * 0.33, -0.1, -0.1, 0.12), (sign * 0.38, 0.5, 0, 0.1))
            yield Shape(*hair, lock)


def _hat():
    hat = (Part.HEAD, Material.PRINT)
    crown = ((0, -0.28, 0.05, 0.4), (-0.3, -0.2, 0, 0.1), (0.3, -0.2, 0, 0.1))
    brim = ((-0.2, -0.22, -0.45, 0.06), (0.2, -0.22, -0.45, 0.06), (0, -0.25, 0, 0.3))
    yield Shape(*hat, crown, lift=0.05)
    yield Shape(*hat, brim)


def _trunk(skeleton, body, look):
    joints, axes, waist = skeleton.joints, skeleton.trunk, body.waist
    neck, head = joints['neck'], joints['head']
    shoulders = [joints[f'{side}_shoulder'] for side in SIDES]
    hips = [joints[f'{side}_hip'] for side in SIDES]
    sides = np.array([[1.0], [-1.0]]) * axes[:, 0]
    middle = -0.4 * body.trunk * axes[:, 1] + 0.8 * body.hip * sides
    chest = neck + 0.35 * body.trunk * axes[:, 1] + 0.55 * body.shoulder * sides
    inset = np.array(shoulders) - 0.012 * sides
    collar = neck - 0.025 * axes[:, 1]
    yield Shape(
        Part.TORSO, Material.SKIN, _balls([collar, head], 0.026 * body.girth**0.5)
    )
    radii = [0.032] * 2 + [0.056 * waist] * 2 + [0.05 * waist] * 2 + [0.026]
    balls = _balls([*inset, *chest, *middle, collar], radii)
    yield Shape(Part.TORSO, Material.CLOTH, balls)
    radii = [0.052 * waist] * 2 + [0.05 * waist] * 2
    yield Shape(Part.HIPS, Material.CLOTH, _balls([*hips, *middle], radii), 0.005)
    if look.skirt:
        hem = [
            hip + look.skirt * (joints[f'{side}_knee'] - hip)
            for side, hip in zip(SIDES, hips, strict=True)
        ]
        radii = [0.052 * waist] * 2 + [0.06 * look.loose * body.girth] * 2
        yield Shape(Part.HIPS, Material.CLOTH, _balls([*hips, *hem], radii), 0.05)


def _limbs(joints, body, look):
    girth = body.girth
    for side in SIDES:
        arm = [joints[f'{side}_{name}'] for name in ('shoulder', 'elbow', 'wrist')]
        parts = [Part[f'{side}_{name}'.upper()] for name in ('upper_arm', 'forearm')]
        radii = girth * np.array((0.03, 0.023, 0.016))
        yield from _limb(parts, arm, radii, look.sleeves, look.loose)
        hand = [arm[2], (arm[2] + joints[f'{side}_hand']) / 2, joints[f'{side}_hand']]
        yield Shape(parts[1], Material.SKIN, _balls(hand, (0.014, 0.021, 0.012)))
        leg = [joints[f'{side}_{name}'] for name in ('hip', 'knee', 'ankle')]
        parts = [Part[f'{side}_{name}'.upper()] for name in ('thigh', 'shin')]
        radii = girth * np.array((0.052, 0.035, 0.021))
        yield from _limb(parts, leg, radii, look.trousers, look.loose)
        foot = [leg[2], joints[f'{side}_toe']]
        yield Shape(parts[1], Material.DETAIL, _balls(foot, (0.026, 0.019)))


def _limb(parts, joints, radii, cover, loose):
    for i, part in enumerate(parts):
        ends, ends_radii = np.array(joints[i : i + 2]), radii[i : i + 2]
        yield Shape(part, Material.SKIN, _balls(ends, ends_radii))
        share = min(max(cover - i, 0), 0.97)
        if share > 0:
            hem = ends[0] + share * (ends[1] - ends[0])
            hem_radius = ends_radii[0] + share * (ends_radii[1] - ends_radii[0])
            cloth = _balls(
                [ends[0], hem], loose * np.array((ends_radii[0], hem_radius))
            )
            yield Shape(part, Material.CLOTH, cloth, over=True)
