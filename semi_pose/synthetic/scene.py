"""Random scenes: people, occluders, backdrop, clutter and light."""

import math

import cv2
import numpy as np

from semi_pose.synthetic.appearance import (
    sample_colour,
    sample_look,
    sample_pattern,
    sample_skin,
)
from semi_pose.synthetic.drawing import Lighting, Scene, Thing
from semi_pose.synthetic.draws import pick
from semi_pose.synthetic.figure import Person, View
from semi_pose.synthetic.skeleton import sample_body, sample_pose


def _polygon(count):
    angles = np.arange(0.5, count) * (2 * np.pi / count)
    return np.stack((np.cos(angles), np.sin(angles)), 1)


_OUTLINES = [_polygon(count) for count in (4, 4, 5, 7, 16)]


def sample_scene(rng: np.random.Generator, size: tuple[int, int]) -> Scene:
    """Draw a scene of one to three people with occluders and clutter.

    Args:
        rng: Source of randomness.
        size: Width and height in pixels.

    Returns:
        The scene, to be rendered.
    """
    backdrop = sample_backdrop(rng, size)
    people = _sample_people(rng, size)
    layers = list(people)
    for _ in range(pick(rng, {0: 35, 1: 35, 2: 20, 3: 10})):
        target = people[rng.integers(len(people))]
        place = rng.integers(1, len(layers) + 1)
        layers.insert(place, _sample_occluder(rng, target.view))
    return Scene(backdrop, layers, sample_lighting(rng), int(rng.integers(2**32)))


def sample_lighting(rng: np.random.Generator) -> Lighting:
    """Draw light and camera faults.

    Args:
        rng: Source of randomness.

    Returns:
        The drawn lighting.
    """
    angle = rng.normal(-np.pi / 2, 0.8)
    contrast = rng.uniform(0, 0.35)
    return Lighting(
        (np.cos(angle), np.sin(angle)),
        int(rng.integers(110, 220)),
        rng.uniform(0.75, 1.15) * rng.uniform(1 - contrast, 1 + contrast, (3, 3)),
        rng.uniform(2, 14),
        rng.uniform(0.4, 1.1) if rng.random() < 0.3 else 0.0,
    )


def sample_backdrop(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Draw a background: colour gradients, noise, walls, a floor and clutter.

    Args:
        rng: Source of randomness.
        size: Width and height in pixels.

    Returns:
        BGR, uint8 (height, width, 3).
    """
    canvas = _clouds(rng, size)
    if rng.random() < 0.5:
        _add_floor(rng, canvas)
    for _ in range(rng.integers(3, 13)):
        reach = rng.uniform(0.02, 0.3) * size[1]
        thing = _sample_thing(rng, size * rng.random(2), reach)
        _paste(canvas, thing)
    return canvas


def _clouds(rng, size):
    grid = rng.integers(1, 5, 2)
    colours = [sample_colour(rng) for _ in range(grid.prod())]
    base = np.clip(colours, 0, 255).astype(np.uint8).reshape(*grid, 3)
    base = cv2.resize(base, size, interpolation=cv2.INTER_LINEAR)
    grain = np.full((96, 96), 128, np.float32)
    for cells in (8, 32, 96):
        noise = rng.random((cells, cells), np.float32) - np.float32(0.5)
        grain += cv2.resize(noise * np.float32(rng.uniform(0, 60)), grain.shape)
    grain = cv2.resize(cv2.convertScaleAbs(grain), size)
    grain = cv2.cvtColor(grain, cv2.COLOR_GRAY2BGR)
    return cv2.addWeighted(base, 1, grain, 1, -128)


def _add_floor(rng, canvas):
    height, width = canvas.shape[:2]
    left, right = rng.uniform(0.45, 0.95, 2) * height
    corners = [(0, left), (width, right), (width, height), (0, height)]
    _paste(canvas, _decorate(rng, np.array(corners), 0.2 * height))


def _paste(canvas, thing):
    outline = np.rint(thing.outline).astype(np.int32)
    plain, printed = thing.colours.tolist()
    cv2.fillPoly(canvas, [outline], plain, cv2.LINE_AA)
    if thing.pattern is None:
        return
    x, y, width, height = cv2.boundingRect(outline)
    x, y = max(x, 0), max(y, 0)
    view = canvas[y : y + height, x : x + width]
    if view.size:
        mask = np.zeros(view.shape[:2], np.uint8)
        cv2.fillPoly(mask, [outline - (x, y)], 1)
        view[(mask & thing.pattern.draw(mask.shape)) > 0] = printed


def _sample_thing(rng, centre, reach):
    turn = rng.uniform(-0.25, 0.25) if rng.random() < 0.7 else rng.uniform(0, math.pi)
    outline = _OUTLINES[rng.integers(len(_OUTLINES))]
    if rng.random() < 0.3:
        outline = outline * rng.uniform(0.4, 1.2, (len(outline), 1))
    across, along = reach * rng.uniform(0.15, 1), reach * rng.uniform(0.3, 1.5)
    cos, sin = math.cos(turn), math.sin(turn)
    frame = np.array(((across * cos, across * sin), (-along * sin, along * cos)))
    outline = outline @ frame + centre
    return _decorate(rng, outline, reach)


def _decorate(rng, outline, reach):
    # Some clutter has the colour of skin, so that colour alone finds no limb.
    main = sample_skin(rng) if rng.random() < 0.25 else sample_colour(rng)
    colours = np.clip((main, sample_colour(rng)), 0, 255).astype(np.uint8)
    pattern = sample_pattern(rng, 0.4 * reach + 2) if rng.random() < 0.3 else None
    return Thing(outline, colours, pattern)


def _sample_occluder(rng, view):
    spread = (0.18 * view.height, 0.35 * view.height)
    centre = rng.normal(view.centre, spread)
    return _sample_thing(rng, centre, view.height * rng.uniform(0.06, 0.2))


def _sample_people(rng, size):
    count = pick(rng, {1: 60, 2: 28, 3: 12})
    low, high = ((0.6, 1.0), (0.45, 0.85), (0.35, 0.7))[count - 1]
    width, height = size
    tall = min(height, 1.35 * width)
    columns = rng.permutation(count)
    people = []
    for column, share in zip(
        columns, np.sort(rng.uniform(low, high, count)), strict=True
    ):
        x = width * ((column + 0.5) / count + rng.normal(0, 0.09))
        y = height * rng.normal(0.52, 0.06)
        people.append(_sample_person(rng, (x, y), share * tall))
    return people


def _sample_person(rng, centre, height):
    side = rng.random()
    spread = 35 if side < 0.75 else 180
    yaw = (180 if 0.5 <= side < 0.75 else 0) + rng.normal(0, spread)
    view = View(
        centre,
        height,
        yaw=yaw,
        pitch=rng.normal(5, 8),
        roll=rng.normal(0, 7),
        perspective=rng.uniform(0, 0.5),
    )
    return Person(sample_body(rng), sample_pose(rng), sample_look(rng, height), view)
