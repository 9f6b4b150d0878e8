"""Rendering: shapes and objects into an id buffer, the id buffer into colours.

The picture and the visibility of every joint come from the same buffer, so the
labels are what was drawn.
"""

import itertools
import math
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np

from semi_pose.synthetic.appearance import BOTTOM, TOP, Material, Part, Pattern
from semi_pose.synthetic.figure import Person, build_figure
from semi_pose.synthetic.skeleton import KEYPOINTS

SUPERSAMPLE = 2
MAX_PEOPLE = 3
MAX_OBJECTS = 16
# An id is person * 64 + part * 4 + material, or 192 + 2 * object (+ 1: printed).
PERSON_STRIDE = len(Part) * len(Material)
FIRST_OBJECT = MAX_PEOPLE * PERSON_STRIDE
EMPTY = 255

_SHIFT = 4
_CIRCLE = np.stack(
    [f(np.linspace(0, 2 * np.pi, 12, endpoint=False)) for f in (np.cos, np.sin)], 1
)


class Thing(NamedTuple):
    """A flat object in front of or behind people.

    Attributes:
        outline: Polygon x, y in pixels, (n, 2).
        colours: BGR of plain and printed places, (2, 3), 0-255.
        pattern: What is printed on it, None if plain.
    """

    outline: np.ndarray
    colours: np.ndarray
    pattern: Pattern | None = None


class Lighting(NamedTuple):
    """Light and camera faults.

    Attributes:
        direction: x, y from which the light comes, length about 1.
        shadow: Brightness of the shaded rim of shapes, 0-255.
        field: Brightness over the picture, 0-2, coarse grid (rows, columns).
        noise: Sensor noise, half width in grey levels.
        blur: Standard deviation in pixels, 0 for none.
    """

    direction: tuple[float, float] = (-0.6, -0.8)
    shadow: int = 150
    field: np.ndarray | tuple = ((1.0, 1.0), (1.0, 1.0))
    noise: float = 0.0
    blur: float = 0.0


@dataclass(frozen=True)
class Scene:
    """What a picture shows.

    Attributes:
        backdrop: BGR, uint8 (height, width, 3).
        layers: People and things, from far to near.
        lighting: Light and camera faults.
        noise_seed: Seed of the sensor noise.
    """

    backdrop: np.ndarray
    layers: list[Person | Thing]
    lighting: Lighting = field(default_factory=Lighting)
    noise_seed: int = 0


class Drawn(NamedTuple):
    """A drawn person and its labels.

    Attributes:
        keypoints: x, y, visibility as in COCO, (17, 3): 2 visible, 1 hidden,
            0 outside the picture (then x = y = 0).
        box: x, y, width, height in pixels of the drawn silhouette.
        area: Pixels of the silhouette inside the picture.
        shown: Share of the silhouette that nothing hides, 0-1.
    """

    keypoints: np.ndarray
    box: list[float]
    area: float
    shown: float


class Picture(NamedTuple):
    """A rendered scene.

    Attributes:
        image: BGR, uint8 (height, width, 3).
        people: Labels in the order of the scene's layers.
        ids: The id buffer, uint8, supersampled.
    """

    image: np.ndarray
    people: list[Drawn]
    ids: np.ndarray


def render(scene: Scene) -> Picture:
    """Render a scene and measure its labels.

    Args:
        scene: What to draw; at most 3 people and 16 things.

    Returns:
        The picture, with one entry in ``people`` for each person.

    Raises:
        ValueError: If the scene holds more than the id buffer can tell apart.
    """
    num_people = sum(isinstance(layer, Person) for layer in scene.layers)
    if num_people > MAX_PEOPLE or len(scene.layers) - num_people > MAX_OBJECTS:
        raise ValueError(f'a scene holds {MAX_PEOPLE} people, {MAX_OBJECTS} things')
    canvas = _Canvas(scene.backdrop.shape[:2], scene.lighting)
    for layer in scene.layers:
        if isinstance(layer, Person):
            canvas.add_person(layer)
        else:
            canvas.add_thing(layer)
    people = [canvas.measure(index) for index in range(len(canvas.people))]
    image = _expose(canvas, scene)
    return Picture(image, people, canvas.ids)


class _Canvas:
    """Id buffer and shade buffer, both supersampled."""

    def __init__(self, shape, lighting):
        self.shape = tuple(SUPERSAMPLE * side for side in shape)
        self.lighting = lighting
        self.ids = np.full(self.shape, EMPTY, np.uint8)
        self.shade = np.full(self.shape, 255, np.uint8)
        self.scratch = np.empty((2, *self.shape), np.uint8)
        self.palette = np.zeros((256, 3), np.uint8)
        self.people = []
        self.windows = []
        self.num_things = 0

    def add_person(self, person):
        first = PERSON_STRIDE * len(self.people)
        figure = build_figure(person)
        rims, lits = _outlines(figure.shapes, self.lighting.direction)
        layer, shade = self._blank()
        for shape, rim, lit in zip(figure.shapes, rims, lits, strict=True):
            label = first + len(Material) * shape.part + shape.material
            cv2.fillConvexPoly(layer, rim, label, cv2.LINE_8, _SHIFT)
            cv2.fillConvexPoly(shade, rim, self.lighting.shadow, cv2.LINE_8, _SHIFT)
            cv2.fillConvexPoly(shade, lit, 255, cv2.LINE_8, _SHIFT)
        window = self._window(np.concatenate(rims))
        for pattern, parts in ((person.look.top, TOP), (person.look.bottom, BOTTOM)):
            if pattern is not None:
                _print(layer[window], pattern, first, parts)
        silhouette = self._lay(layer[window], shade[window], window)
        self.palette[first : first + PERSON_STRIDE] = person.look.palette.reshape(-1, 3)
        self.people.append((figure, window, silhouette))

    def add_thing(self, thing):
        first = FIRST_OBJECT + 2 * self.num_things
        layer, shade = self._blank()
        outline = _fixed(thing.outline)
        cv2.fillPoly(layer, [outline], first, cv2.LINE_8, _SHIFT)
        window = self._window(outline)
        layer, shade = layer[window], shade[window]
        if thing.pattern is not None:
            layer += (layer == first) * _pattern(thing.pattern, layer.shape)
        self._lay(layer, shade, window)
        self.palette[first : first + 2] = thing.colours
        self.num_things += 1

    def measure(self, index):
        figure, window, silhouette = self.people[index]
        first = PERSON_STRIDE * index
        keypoints = np.zeros((len(KEYPOINTS), 3))
        seen = self._visibility(first, figure)
        keypoints[seen > 0, :2] = figure.keypoints[seen > 0, :2]
        keypoints[:, 2] = seen
        total = cv2.countNonZero(silhouette)
        x, y, *sides = cv2.boundingRect(silhouette)
        box = [x + window[1].start, y + window[0].start, *sides]
        box = [float(side / SUPERSAMPLE) for side in box]
        own = cv2.inRange(self.ids[window], first, first + PERSON_STRIDE - 1)
        shown = cv2.countNonZero(own) / max(total, 1)
        return Drawn(keypoints, box, total / SUPERSAMPLE**2, shown)

    def _visibility(self, first, figure):
        places = figure.keypoints[:, :2]
        limits = np.subtract(self.shape[::-1], SUPERSAMPLE) / SUPERSAMPLE
        inside = ((places >= 0) & (places <= limits)).all(1)
        xy = np.rint(_supersampled(places)).astype(int)
        x, y = (xy * inside[:, None]).T
        labels = self.ids[y, x].astype(int) - first
        parts = labels.clip(0, PERSON_STRIDE - 1) // len(Material)
        own = (labels >= 0) & (labels < PERSON_STRIDE)
        own &= JOINT_PARTS[np.arange(len(KEYPOINTS)), parts] & ~figure.behind
        return np.where(inside, 1 + own, 0)

    def _blank(self):
        layer, shade = self.scratch
        layer.fill(EMPTY)
        shade.fill(255)
        return layer, shade

    def drawn_window(self):
        rows, columns = zip(*self.windows, strict=True)
        return _union(rows), _union(columns)

    def _window(self, outline):
        low, high = outline.min((0, 1)) >> _SHIFT, outline.max((0, 1)) >> _SHIFT
        size = np.array(self.shape[::-1])
        # Whole pixels of the picture, at least one.
        low = np.clip(low - 1, 0, size - SUPERSAMPLE) // SUPERSAMPLE * SUPERSAMPLE
        high = np.clip(high + 2, low + SUPERSAMPLE, size)
        high = -(-high // SUPERSAMPLE) * SUPERSAMPLE
        return slice(low[1], high[1]), slice(low[0], high[0])

    def _lay(self, layer, shade, window):
        silhouette = (layer != EMPTY).view(np.uint8)
        cv2.copyTo(layer, silhouette, self.ids[window])
        cv2.copyTo(shade, silhouette, self.shade[window])
        self.windows.append(window)
        return silhouette


def _print(layer, pattern, first, parts):
    step = np.zeros(256, np.uint8)
    cloth = first + len(Material) * np.array(parts) + Material.CLOTH
    step[cloth] = Material.PRINT - Material.CLOTH
    layer += cv2.LUT(layer, step) * _pattern(pattern, layer.shape)


def _joint_parts(name):
    side, _, joint = name.upper().rpartition('_')
    parts = {
        'SHOULDER': ('TORSO', f'{side}_UPPER_ARM'),
        'ELBOW': (f'{side}_UPPER_ARM', f'{side}_FOREARM'),
        'WRIST': (f'{side}_FOREARM',),
        'HIP': ('TORSO', 'HIPS', f'{side}_THIGH'),
        'KNEE': (f'{side}_THIGH', f'{side}_SHIN'),
        'ANKLE': (f'{side}_SHIN',),
    }.get(joint, (name.upper(),))
    return [part.name in parts for part in Part]


# Which parts may be topmost at a visible joint, (17, 16).
JOINT_PARTS = np.array([_joint_parts(name) for name in KEYPOINTS])


def _supersampled(points):
    return SUPERSAMPLE * points + (SUPERSAMPLE - 1) / 2


def _fixed(points):
    fixed = np.rint(_supersampled(points) * (1 << _SHIFT))
    return fixed.astype(np.int32).reshape(-1, 1, 2)


def _outlines(shapes, light):
    counts = [len(shape.balls) for shape in shapes]
    balls = np.concatenate([shape.balls for shape in shapes])
    centres, radii = balls[:, None, :2], balls[:, None, 3:]
    shaded = 0.62 * _CIRCLE + 0.25 * np.asarray(light)
    bounds = len(_CIRCLE) * np.cumsum([0, *counts])
    return [
        [cv2.convexHull(rings[i:j]) for i, j in itertools.pairwise(bounds)]
        for rings in (_fixed(centres + radii * ring) for ring in (_CIRCLE, shaded))
    ]


def _union(spans):
    return slice(min(s.start for s in spans), max(s.stop for s in spans))


def _pattern(pattern, shape):
    coarse = [-(-side // SUPERSAMPLE) for side in shape]
    size = shape[::-1]
    return cv2.resize(pattern.draw(coarse), size, interpolation=cv2.INTER_NEAREST)


def _paint(canvas, image):
    rows, columns = canvas.drawn_window()
    view = image[_coarse(rows), _coarse(columns)]
    ids = canvas.ids[rows, columns]
    planes = [cv2.LUT(ids, channel.copy()) for channel in canvas.palette.T]
    blue, green, red, empty = (
        cv2.resize(plane, view.shape[1::-1], interpolation=cv2.INTER_AREA)
        for plane in (*planes, cv2.compare(ids, EMPTY, cv2.CMP_EQ))
    )
    behind = cv2.multiply(view, _grey(empty), scale=1 / 255)
    view[:] = cv2.add(cv2.merge([blue, green, red]), behind)


def _coarse(span):
    return slice(span.start // SUPERSAMPLE, span.stop // SUPERSAMPLE)


def _expose(canvas, scene):
    light = scene.lighting
    height, width = scene.backdrop.shape[:2]
    image = scene.backdrop.copy()
    if canvas.windows:
        _paint(canvas, image)
    shade = cv2.resize(canvas.shade, (width, height), interpolation=cv2.INTER_AREA)
    reach = 2 * round(height / 250) + 1
    shade = cv2.blur(shade, (reach, reach))
    # Half of the gain, so that up to twice the brightness fits 8 bits.
    field = cv2.resize(np.float32(light.field), (width, height))
    gain = cv2.multiply(shade, field, scale=0.5, dtype=cv2.CV_8U)
    image = cv2.multiply(image, _grey(gain), scale=2 / 255)
    if light.blur:
        image = cv2.GaussianBlur(image, (0, 0), light.blur)
    noise = _noise(scene.noise_seed, image.shape)
    return cv2.addWeighted(image, 1, noise, 2 * light.noise / 255, -light.noise)


def _noise(seed, shape):
    # Raw 64-bit words are four times as fast to draw as bytes.
    count = math.prod(shape)
    words = np.random.PCG64(seed).random_raw(-(-count // 8))
    return words.view(np.uint8)[:count].reshape(shape)


def _grey(plane):
    return cv2.cvtColor(plane, cv2.COLOR_GRAY2BGR)
