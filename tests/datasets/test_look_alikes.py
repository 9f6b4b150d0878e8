import time

import numpy as np
from PIL import Image

from semi_pose.datasets.look_alikes import (
    difference_hash,
    hamming_distances,
    look_alikes,
    thumbnail,
)


def scene(seed, size=(90, 80)):
    """A smooth random picture."""
    values = np.random.default_rng(seed).integers(0, 255, (8, 9), np.uint8)
    return Image.fromarray(values).resize(size, Image.Resampling.BICUBIC)


def test_a_hash_tells_where_it_gets_brighter():
    ramp = np.tile(np.arange(18, dtype=np.uint8), (16, 1))
    hashes = difference_hash(np.stack([ramp, ramp[:, ::-1], np.full_like(ramp, 7)]))
    assert hashes.shape == (3, 64)
    assert hashes.sum(1).tolist() == [64, 0, 0]
    ramp[:2, 10:] = ramp[:2, :8]  # the fifth step of the first row goes down
    assert np.flatnonzero(~difference_hash(ramp[None])[0]).tolist() == [4]


def test_distances_count_bits():
    first, second = np.random.default_rng(0).random((2, 20, 64)) < 0.5
    expected = [[(a != b).sum() for b in second] for a in first]
    np.testing.assert_array_equal(hamming_distances(first, second), expected)


def test_other_sizes_cuts_and_lights_are_found():
    draw = np.random.default_rng(0)
    pictures = [scene(seed) for seed in range(30)]
    brighter = Image.fromarray((np.asarray(pictures[3]) * 0.6 + 90).astype(np.uint8))
    noise = draw.integers(0, 12, np.asarray(pictures[5]).shape, np.uint8)
    noisy = Image.fromarray(np.asarray(pictures[5]) // 2 + noise)
    larger = pictures[7].resize((300, 200))
    cut = pictures[9].crop((3, 2, 88, 79))
    others = [scene(99), brighter, noisy, larger, cut, pictures[2]]
    first = np.stack([thumbnail(one) for one in pictures])
    second = np.stack([thumbnail(one) for one in others])
    pairs = look_alikes(first, second)
    assert sorted(map(tuple, pairs[:, :2].tolist())) == [
        (2, 5),
        (3, 1),
        (5, 2),
        (7, 3),
        (9, 4),
    ]
    assert pairs[0].tolist() == [2, 5, 1] and (np.diff(pairs[:, 2]) <= 0).all()
    assert pairs[:, 2].min() >= 0.76


def test_a_part_of_a_picture_is_compared():
    whole = scene(0, (200, 200))
    part = whole.crop((40, 60, 140, 160))
    np.testing.assert_array_equal(thumbnail(whole, (40, 60, 140, 160)), thumbnail(part))


def test_the_same_layout_is_not_enough():
    """Sky above ground, with something else before it."""
    draw = np.random.default_rng(0)
    layout = np.repeat([200, 90], 8)[:, None] + np.zeros((1, 18))
    pictures = layout + draw.integers(-20, 20, (2, 16, 18))
    first, second = pictures.astype(np.uint8)[:, None]
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.9
    same_hash = first.copy()
    same_hash[:] = second + 3
    assert len(look_alikes(same_hash, second)) == 1
    mixed = np.where(np.arange(18) % 18 < 9, second, first)
    assert len(look_alikes(mixed.astype(np.uint8), second)) == 0


def test_plain_pictures_are_alike_only_if_equal():
    plain = np.full((3, 16, 18), 7, np.uint8)
    plain[1] = 8
    assert look_alikes(plain, plain[:1])[:, :2].tolist() == [[0, 0], [2, 0]]
    assert look_alikes(plain[:0], plain).shape == (0, 3)


def test_many_pictures_are_compared_in_parts(monkeypatch):
    monkeypatch.setattr('semi_pose.datasets.look_alikes.PAIRS', 10**6)
    draw = np.random.default_rng(0)
    thumbnails = draw.integers(0, 255, (2500, 16, 18), np.uint8)
    start = time.perf_counter()
    pairs = look_alikes(thumbnails, thumbnails[::-1])
    assert len(pairs) == 2500 and (pairs[:, 2] == 1).all()
    assert (pairs[:, 0] + pairs[:, 1] == 2499).all()
    assert time.perf_counter() - start < 30
