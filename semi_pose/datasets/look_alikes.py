"""Pictures that look alike: a perceptual hash, and a closer look at what it finds."""

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 18, 16  # of a thumbnail
BITS = 64  # of a hash
# Between LSP and LSP Extended these find both photographs that are in both, in other
# cuts, and nothing else among 9 million pairs of people.
MAX_DISTANCE = 18  # bits
MIN_CORRELATION = 0.76
PAIRS = 20_000_000  # compared at once


def thumbnail(picture: Image.Image, box: tuple | None = None) -> np.ndarray:
    """Shrink a picture, or a part of it.

    Args:
        picture (Image): A gray picture of PIL.
        box (tuple, optional): x1, y1, x2, y2 of the part, in pixels.

    Returns:
        ndarray: (16, 18), uint8.
    """
    return np.asarray(
        picture.resize((WIDTH, HEIGHT), Image.Resampling.BOX, box=box), np.uint8
    )


def difference_hash(thumbnails: np.ndarray) -> np.ndarray:
    """Hash pictures by where they become brighter from left to right (dHash).

    Args:
        thumbnails (ndarray): (N, 16, 18).

    Returns:
        ndarray: (N, 64), bool.
    """
    blocks = thumbnails.reshape(-1, HEIGHT // 2, 2, WIDTH // 2, 2).mean((2, 4))
    return (np.diff(blocks, axis=2) > 0).reshape(len(blocks), BITS)


def hamming_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Count the bits that differ, for all pairs of hashes.

    Args:
        first (ndarray): (N, B), bool.
        second (ndarray): (M, B), bool.

    Returns:
        ndarray: (N, M), float32, from 0 to B.
    """
    a, b = (np.where(bits, 1, -1).astype(np.float32) for bits in (first, second))
    return (a.shape[1] - a @ b.T) / 2


def look_alikes(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Find pairs of pictures that look alike.

    Those whose hashes differ in 18 bits or less are compared again: the thumbnails,
    without the means of their rows and columns, must correlate by 0.76 or more. So sky
    above ground alone does not make two pictures alike.

    Args:
        first (ndarray): (N, 16, 18), thumbnails.
        second (ndarray): (M, 16, 18), thumbnails.

    Returns:
        ndarray: (P, 3), float: number in the first, number in the second, correlation;
        the most alike come first.
    """
    hashes = difference_hash(second)
    found = [np.empty((0, 3))]
    rows = max(1, PAIRS // max(1, len(second)))
    for start in range(0, len(first), rows):
        part = first[start : start + rows]
        near = hamming_distances(difference_hash(part), hashes) <= MAX_DISTANCE
        i, j = np.nonzero(near)
        alike = _correlations(part[i], second[j])
        found.append(np.stack([i + start, j, alike], 1)[alike >= MIN_CORRELATION])
    pairs = np.concatenate(found)
    return pairs[np.argsort(-pairs[:, 2], kind='stable')]


def _correlations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Correlate (N, h, w) thumbnails in pairs; plain ones are alike if equal."""
    equal = (first == second).all((1, 2))
    a, b = _centered(first), _centered(second)
    norm = np.sqrt((a**2).sum((1, 2)) * (b**2).sum((1, 2)))
    return np.where(equal, 1, (a * b).sum((1, 2)) / np.maximum(norm, 1e-6))


def _centered(thumbnails: np.ndarray) -> np.ndarray:
    values = thumbnails.astype(np.float32)
    values -= values.mean(2, keepdims=True)
    return values - values.mean(1, keepdims=True)
