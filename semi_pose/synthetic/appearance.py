"""What people wear: colours, garments, hair and printed patterns."""

import colorsys
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import cv2
import numpy as np

from semi_pose.synthetic.draws import pick


class Part(IntEnum):
    """Parts of a person that the renderer tells apart."""

    HEAD = 0
    NOSE = 1
    LEFT_EYE = 2
    RIGHT_EYE = 3
    LEFT_EAR = 4
    RIGHT_EAR = 5
    TORSO = 6
    HIPS = 7
    LEFT_UPPER_ARM = 8
    RIGHT_UPPER_ARM = 9
    LEFT_FOREARM = 10
    RIGHT_FOREARM = 11
    LEFT_THIGH = 12
    RIGHT_THIGH = 13
    LEFT_SHIN = 14
    RIGHT_SHIN = 15


class Material(IntEnum):
    """Stuff that a part may be of; on the head: skin, hair, hat, dark lines."""

    SKIN = 0
    CLOTH = 1
    PRINT = 2
    DETAIL = 3


TOP = (Part.TORSO, Part.LEFT_UPPER_ARM, Part.RIGHT_UPPER_ARM)
TOP += (Part.LEFT_FOREARM, Part.RIGHT_FOREARM)
BOTTOM = (Part.HIPS, Part.LEFT_THIGH, Part.RIGHT_THIGH)
BOTTOM += (Part.LEFT_SHIN, Part.RIGHT_SHIN)

# BGR, from light to dark.
SKIN_TONES = np.array(
    ((205, 222, 245), (150, 185, 228), (110, 150, 205), (70, 105, 160), (40, 60, 95))
)
HAIR_COLOURS = np.array(
    ((25, 25, 30), (30, 45, 70), (50, 90, 140), (110, 180, 220), (40, 70, 150))
    + ((150, 150, 155), (215, 215, 215))
)


class Pattern(NamedTuple):
    """A two-valued pattern printed on cloth or walls.

    Attributes:
        kind: 'stripes', 'checks', 'dots' or 'blotches'.
        period: Repeat length in pixels.
        angle: Direction in degrees.
        duty: Share of the period that is printed, between 0 and 1.
        noise: Random values in [0, 1), (rows, columns): blotches threshold it.
    """

    kind: str
    period: float
    angle: float
    duty: float
    noise: np.ndarray

    def draw(self, shape: tuple[int, int]) -> np.ndarray:
        """Draw the pattern.

        Args:
            shape: Height and width in pixels.

        Returns:
            uint8 of ``shape``: 1 where printed, else 0.
        """
        height, width = shape
        if self.kind == 'blotches':
            noise = cv2.resize(self.noise, (width, height))
            return (noise < self.duty).astype(np.uint8)
        u, v = self._phases(height, width)
        if self.kind == 'stripes':
            printed = u < self.duty
        elif self.kind == 'checks':
            printed = (u < self.duty) ^ (v < self.duty)
        else:
            printed = (u - 0.5) ** 2 + (v - 0.5) ** 2 < 0.25 * self.duty
        return printed.view(np.uint8)

    def _phases(self, height, width):
        angle = np.deg2rad(self.angle)
        x = np.arange(width, dtype=np.float32) / self.period
        y = np.arange(height, dtype=np.float32) / self.period
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        u = (x * cos)[None] + (y * sin)[:, None]
        if self.kind == 'stripes':
            return u - np.floor(u), None
        v = (y * cos)[:, None] - (x * sin)[None]
        return u - np.floor(u), v - np.floor(v)


@dataclass(frozen=True)
class Look:
    """Colours and clothes of a person.

    Attributes:
        palette: BGR, uint8 (16 parts, 4 materials, 3).
        sleeves: How far cloth covers an arm: 0 bare, 1 elbow, 2 wrist.
        trousers: How far cloth covers a leg: 0 bare, 1 knee, 2 ankle.
        skirt: Length of a skirt as a share of the thigh; 0 wears none.
        loose: Thickness of cloth relative to the limb, 1 is skin-tight.
        hair: 'bald', 'short', 'long' or 'bun'.
        hat: Whether a hat is worn.
        top: Pattern of shirt and sleeves, None if plain.
        bottom: Pattern of skirt or trousers, None if plain.
    """

    palette: np.ndarray
    sleeves: float = 0.6
    trousers: float = 2.0
    skirt: float = 0.0
    loose: float = 1.15
    hair: str = 'short'
    hat: bool = False
    top: Pattern | None = None
    bottom: Pattern | None = None


def sample_colour(rng: np.random.Generator) -> np.ndarray:
    """Draw a colour: half of them greyish, half saturated.

    Args:
        rng: Source of randomness.

    Returns:
        BGR, float (3,) in 0-255.
    """
    hue, saturation, value = rng.random(3)
    saturation *= 0.25 if rng.random() < 0.45 else 0.95
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, 0.08 + 0.9 * value)
    return np.array((blue, green, red)) * 255


def sample_skin(rng: np.random.Generator) -> np.ndarray:
    """Draw a skin colour between light and dark.

    Args:
        rng: Source of randomness.

    Returns:
        BGR, float (3,) in 0-255.
    """
    tone = rng.uniform(0, len(SKIN_TONES) - 1.001)
    low = int(tone)
    skin = SKIN_TONES[low] + (tone - low) * (SKIN_TONES[low + 1] - SKIN_TONES[low])
    return skin * rng.normal(1, 0.03, 3)


def sample_pattern(rng: np.random.Generator, period: float) -> Pattern:
    """Draw a pattern.

    Args:
        rng: Source of randomness.
        period: Typical repeat length in pixels, varied by a factor of 2.

    Returns:
        The drawn pattern.
    """
    kind = ('stripes', 'checks', 'dots', 'blotches')[rng.integers(4)]
    return Pattern(
        kind,
        period * rng.uniform(0.5, 2),
        (0, 90, 45, rng.uniform(0, 180))[rng.integers(4)],
        rng.uniform(0.25, 0.6),
        rng.random((rng.integers(12, 40), rng.integers(12, 40)), dtype=np.float32),
    )


def sample_look(rng: np.random.Generator, height: float) -> Look:
    """Draw clothes, hair and colours.

    Args:
        rng: Source of randomness.
        height: Person's height in pixels: patterns scale with it.

    Returns:
        The drawn look.
    """
    skirt = rng.uniform(0.4, 1.25) if rng.random() < 0.2 else 0.0
    ends = dict(long=2.0, knee=rng.uniform(0.4, 1.2), short=rng.uniform(0.1, 0.3))
    trousers = ends[pick(rng, dict(long=6, knee=3, short=1))]
    period = 0.09 * height
    return Look(
        palette=_palette(rng, dress=skirt > 0 and rng.random() < 0.6),
        sleeves=(0.0, rng.uniform(0.35, 0.9), 2.0)[rng.integers(3)],
        trousers=0.0 if skirt else trousers,
        skirt=skirt,
        loose=rng.uniform(1.05, 1.4),
        hair=('bald', 'short', 'short', 'long', 'long', 'bun')[rng.integers(6)],
        hat=rng.random() < 0.15,
        top=sample_pattern(rng, period) if rng.random() < 0.45 else None,
        bottom=sample_pattern(rng, period) if rng.random() < 0.2 else None,
    )


def _palette(rng, dress):
    skin, hair = sample_skin(rng), HAIR_COLOURS[rng.integers(len(HAIR_COLOURS))]
    top, bottom, shoe = (sample_colour(rng) for _ in range(3))
    palette = np.empty((len(Part), len(Material), 3))
    palette[:] = skin
    palette[:, Material.DETAIL] = shoe
    palette[list(TOP), Material.CLOTH] = top
    palette[list(TOP), Material.PRINT] = sample_colour(rng)
    palette[list(BOTTOM), Material.CLOTH] = top if dress else bottom
    palette[list(BOTTOM), Material.PRINT] = sample_colour(rng)
    palette[Part.HEAD] = (skin, hair, sample_colour(rng), skin * (0.5, 0.5, 0.7))
    palette[Part.NOSE] = skin * (0.82, 0.84, 0.95)
    palette[[Part.LEFT_EAR, Part.RIGHT_EAR]] = skin * (0.88, 0.88, 1.0)
    for eye in (Part.LEFT_EYE, Part.RIGHT_EYE):
        palette[eye, Material.SKIN] = 235
        palette[eye, Material.DETAIL] = sample_colour(rng) * 0.3
    return palette.clip(0, 255).astype(np.uint8)
