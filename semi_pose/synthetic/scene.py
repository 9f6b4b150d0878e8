"""Random scenes: people, occluders, clutter, backdrop and light."""

import cv2
import numpy as np

from semi_pose.synthetic import person
from semi_pose.synthetic.drawing import Scene
from semi_pose.synthetic.person import Paint, Surface, sample_color, sample_paint

# How often, how many people are in a picture, and how tall they are.
CROWDS = [(0.75, 1, (0.75, 1.05)), (0.2, 2, (0.55, 0.85)), (0.05, 3, (0.45, 0.7))]


def sample_scene(
    rng: np.random.Generator, size: tuple[int, int], simple: bool = False
) -> Scene:
    """Draw a scene of one to three people with occluders and clutter.

    Args:
        rng: Source of randomness.
        size: Width and height in pixels.
        simple: One person, who stands or walks and faces the camera.

    Returns:
        The scene, to be rendered.
    """
    people = _sample_people(rng, size, simple)
    layers = list(people)
    for _ in range(rng.choice(4, p=(0.5, 0.35, 0.12, 0.03))):
        target = people[rng.integers(len(people))]
        center = target.center + target.height * rng.normal(0, (0.18, 0.35))
        thing = _sample_thing(rng, center, target.height * rng.uniform(0.05, 0.17))
        layers.insert(rng.integers(1, len(layers) + 1), thing)
    clutter = [
        _sample_thing(rng, size * rng.random(2), rng.uniform(0.02, 0.3) * size[1])
        for _ in range(rng.integers(2, 8))
    ]
    angle, contrast = rng.normal(-np.pi / 2, 0.8), rng.uniform(0.05, 0.12)
    return Scene(
        _sample_backdrop(rng, size),
        [_sample_floor(rng, size), *clutter, *layers],
        _sample_prints(rng, size),
        light=(contrast * np.cos(angle), contrast * np.sin(angle)),
        field=rng.uniform(0.75, 1.15) * rng.uniform(0.8, 1.2, (3, 3)),
        blur=rng.uniform(0.4, 1.1) if rng.random() < 0.3 else 0.0,
        noise=_sample_noise(rng, size),
    )


def _sample_prints(rng, size):
    # Stripes, checks or squares of any width and direction.
    y, x = np.indices(size[::-1], np.int32, sparse=True)
    prints = np.zeros(size[::-1], np.uint8)
    for pattern in range(person.NUM_PATTERNS):
        angle, period = rng.uniform(0, 2 * np.pi), size[1] * rng.uniform(0.02, 0.1)
        # Bit 12 changes every half period.
        step = 2**13 / period
        a, b = np.int32((step * np.cos(angle), step * np.sin(angle)))
        rows, columns = a * x + b * y, b * x - a * y
        bits = (rows, rows ^ columns, rows & columns)[rng.integers(3)]
        prints |= (bits >> 12 & 1).astype(np.uint8) << pattern
    return prints


def _sample_backdrop(rng, size):
    grid = rng.integers(1, 5, 2)
    colors = np.uint8([sample_color(rng) for _ in range(grid.prod())])
    backdrop = cv2.resize(colors.reshape(*grid, 3), size)
    grain = np.zeros((96, 96), np.float32)
    for cells in (8, 32, 96):
        noise = rng.random((cells, cells), np.float32) - np.float32(0.5)
        grain += cv2.resize(rng.uniform(0, 35) * noise, grain.shape)
    grain = cv2.resize(grain.astype(np.int16), size)
    return cv2.add(backdrop, cv2.merge([grain] * 3), dtype=cv2.CV_8U)


def _sample_noise(rng, size):
    noise = np.frombuffer(rng.bytes(3 * size[0] * size[1]), np.int8)
    return noise.reshape(*size[::-1], 3) >> rng.integers(3, 6)


def _sample_people(rng, size, simple):
    odds = [share for share, _, _ in CROWDS]
    crowd = 0 if simple else rng.choice(len(CROWDS), p=odds)
    _, count, (low, high) = CROWDS[crowd]
    width, height = size
    shares = np.sort(rng.uniform(low, high, count))  # near people are tall
    people = []
    for column, share in zip(rng.permutation(count), shares, strict=True):
        x = width * ((column + 0.5) / count + rng.normal(0, 0.08))
        y = height * rng.normal(0.52, 0.05)
        tall = share * min(height, 1.35 * width)
        people.append(person.sample_person(rng, (x, y), tall, simple))
    return people


def _sample_floor(rng, size):
    width, height = size
    left, right = rng.uniform(0.45, 1.2, 2) * height
    corners = np.array(((0, left), (width, right), (width, height), (0, height)))
    return Surface(corners, sample_paint(rng, 0.2))


def _sample_thing(rng, center, reach):
    count = (4, 4, 5, 7, 16)[rng.integers(5)]
    angles = 2 * np.pi * np.arange(0.5, count) / count
    turn = rng.normal(0, 0.15) if rng.random() < 0.7 else rng.uniform(0, np.pi)
    axes = reach * rng.uniform((0.15, 0.3), (1, 1.5))
    corners = np.column_stack((np.cos(angles), np.sin(angles))) * axes
    cos, sin = np.cos(turn), np.sin(turn)
    outline = corners @ np.array(((cos, sin), (-sin, cos))) + center
    if rng.random() < 0.15:
        # So that the color of skin alone finds no limb.
        return Surface(outline, Paint(person.sample_skin(rng)))
    return Surface(outline, sample_paint(rng, 0.3))
