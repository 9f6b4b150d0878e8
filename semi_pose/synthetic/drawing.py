"""Rendering: surfaces into a picture and an id buffer, the id buffer into labels."""

from typing import NamedTuple

import cv2
import numpy as np

from semi_pose.synthetic.person import Person, Surface, build_figure
from semi_pose.synthetic.skeleton import KEYPOINTS

SHIFT = 4  # fraction bits of OpenCV's coordinates
RIM = 5  # pixels over which a surface bends away
MAX_SURFACES = 255


class Scene(NamedTuple):
    """What a picture shows, in which light.

    Attributes:
        backdrop: BGR, uint8 (height, width, 3).
        layers: People and surfaces, from far to near.
        prints: uint8 (height, width); bit k is set where pattern k + 1 prints.
        light: x, y from which the light comes; its length is the contrast.
        field: Brightness over the picture, 0-2, coarse grid (rows, columns).
        blur: Standard deviation in pixels, 0 for none.
        noise: Gray levels to add, int8 (height, width, 3).
    """

    backdrop: np.ndarray
    layers: list[Person | Surface]
    prints: np.ndarray | None = None
    light: tuple[float, float] = (0.0, 0.0)
    field: np.ndarray | tuple = ((1.0, 1.0), (1.0, 1.0))
    blur: float = 0.0
    noise: np.ndarray | None = None


def render(scene: Scene) -> tuple[np.ndarray, list[dict]]:
    """Render a scene and measure its labels.

    Visibility is 2 for keypoints in sight, 1 for hidden ones, 0 for those outside
    the picture or on the far side of the head (then x = y = 0). Boxes and areas are
    those of what is seen of a person.

    Returns:
        - The picture, BGR, uint8 (height, width, 3).
        - Its people, from far to near, as COCO annotations without ids.

    Raises:
        ValueError: If the scene has more surfaces than the id buffer can tell apart.
    """
    surfaces, people = [], []
    for layer in scene.layers:
        first = len(surfaces) + 1
        if isinstance(layer, Person):
            keypoints, limits, parts = build_figure(layer)
            surfaces += parts
            people.append((keypoints, limits, first, len(surfaces)))
        else:
            surfaces.append(layer)
    if len(surfaces) > MAX_SURFACES:
        raise ValueError(f'{len(surfaces)} surfaces: a scene holds {MAX_SURFACES}')
    image, ids = _draw(surfaces, scene)
    image = _expose(image, ids, scene)
    return image, [_measure(ids, surfaces, *person) for person in people]


def _draw(surfaces, scene):
    image, ids = scene.backdrop.copy(), np.zeros(scene.backdrop.shape[:2], np.uint8)
    printed, pattern = np.zeros((256, 1, 3), np.uint8), np.zeros(256, np.uint8)
    for number, (outline, paint, _) in enumerate(surfaces, 1):
        outline = np.rint(outline * 2**SHIFT).astype(np.int32)
        cv2.fillConvexPoly(image, outline, [*map(int, paint.color)], cv2.LINE_AA, SHIFT)
        cv2.fillConvexPoly(ids, outline, number, cv2.LINE_8, SHIFT)
        printed[number] = paint.printed
        pattern[number] = 1 << paint.pattern >> 1
    if scene.prints is not None:
        mask = scene.prints & cv2.LUT(ids, pattern)
        cv2.copyTo(cv2.LUT(cv2.merge([ids] * 3), printed), mask, image)
    return image, ids


def _expose(image, ids, scene):
    field = cv2.resize(np.float32(scene.field), image.shape[1::-1])
    gain = field * _shade(ids, scene.light)
    image = cv2.multiply(image, cv2.merge([gain] * 3), dtype=cv2.CV_8U)
    if scene.blur:
        image = cv2.GaussianBlur(image, (0, 0), scene.blur)
    return image if scene.noise is None else cv2.add(image, scene.noise, dtype=0)


def _shade(ids, light):
    # Surfaces are the higher, the farther from their edges: round like pillows.
    edges = cv2.morphologyEx(ids, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    inner = ((edges == 0) & (ids > 0)).view(np.uint8)
    height = cv2.distanceTransform(inner, cv2.DIST_L2, 3)
    height = cv2.blur(cv2.sqrt(np.minimum(height, RIM)), (3, 3))
    slopes = cv2.Sobel(height, -1, 1, 0), cv2.Sobel(height, -1, 0, 1)
    return 1 - light[0] * slopes[0] - light[1] * slopes[1]


def _measure(ids, surfaces, keypoints, limits, first, last):
    places = np.rint(keypoints).astype(int)
    inside = ((keypoints >= 0) & (keypoints <= np.subtract(ids.shape[::-1], 1))).all(1)
    labels = np.zeros((len(KEYPOINTS), 3))
    for k in np.flatnonzero(inside & (limits > 0)):
        number = ids[places[k, 1], places[k, 0]]
        own = first <= number <= last
        seen = own and KEYPOINTS[k] in surfaces[number - 1].shows
        labels[k] = *keypoints[k], min(1 + seen, limits[k])
    mask = cv2.inRange(ids, first, last)
    return dict(
        keypoints=labels.round(2).ravel().tolist(),
        num_keypoints=int((labels[:, 2] > 0).sum()),
        bbox=list(cv2.boundingRect(mask)),
        area=cv2.countNonZero(mask),
        category_id=1,
        iscrowd=0,
    )
