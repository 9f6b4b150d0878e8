import numpy as np
import pytest
from mmpose.datasets.transforms import TopdownAffine

from semi_pose.datasets import RandomSimilarity

NUMBER = 50_000


def crop(point, scale, rotation, size=(40, 40)):
    """Map one point by TopdownAffine for a 40x40 box about (50, 50)."""
    results = dict(
        img=np.zeros((100, 100, 3), np.uint8),
        bbox_center=np.float32([[50, 50]]),
        bbox_scale=np.float32([[40, 40]]),
        keypoints=np.float32([[point]]),
    )
    transform = RandomSimilarity()
    transform.draw = lambda number: (np.float32([scale]), np.float32([rotation]))
    results = TopdownAffine(size).transform(transform.transform(results))
    return results['transformed_keypoints'][0, 0]


@pytest.mark.parametrize(
    ('scale', 'rotation', 'expected'),
    [
        (1.0, 0.0, (30, 20)),
        # A box 1.25 times as large shows the offset of 10 px as 8.
        (1.25, 0.0, (28, 20)),
        (0.5, 0.0, (40, 20)),
        # What is right of the centre turns to above it: counterclockwise.
        (1.0, 90.0, (20, 10)),
        (1.0, -90.0, (20, 30)),
        (1.25, 30.0, (20 + 8 * np.cos(np.pi / 6), 20 - 8 * 0.5)),
    ],
)
def test_a_point_moves_as_computed_by_hand(scale, rotation, expected):
    np.testing.assert_allclose(crop((60, 50), scale, rotation), expected, atol=1e-4)


def test_a_heatmaps_pixel_moves_with_the_point():
    image = np.zeros((100, 100, 3), np.uint8)
    image[50, 60] = 255
    results = dict(
        img=image,
        bbox_center=np.float32([[50, 50]]),
        bbox_scale=np.float32([[40, 40]]),
    )
    transform = RandomSimilarity()
    transform.draw = lambda number: (np.float32([1.0]), np.float32([90.0]))
    image = TopdownAffine((40, 40)).transform(transform.transform(results))['img']
    assert np.unravel_index(image[..., 0].argmax(), image.shape[:2]) == (10, 20)


def test_scale_has_the_papers_distribution():
    scale, _ = RandomSimilarity().draw(NUMBER)
    assert scale.min() == 0.75 and scale.max() == 1.25
    # method.md: sd 0.179, 32 % at the limits; tolerances of 4 standard errors.
    assert scale.mean() == pytest.approx(1.0, abs=0.0033)
    assert scale.std() == pytest.approx(0.179, abs=0.002)
    limits = np.mean((scale == 0.75) | (scale == 1.25))
    assert limits == pytest.approx(0.317, abs=0.0084)


@pytest.mark.parametrize(('prob', 'sd'), [(0.8, 25.7), (0.6, 22.3)])
def test_rotation_has_the_papers_distribution(prob, sd):
    _, rotation = RandomSimilarity(rotation_prob=prob).draw(NUMBER)
    assert np.abs(rotation).max() == 60
    # method.md for p = 0.8: sd 25.7; for 0.6 it is smaller by sqrt(0.6 / 0.8).
    assert rotation.mean() == pytest.approx(0.0, abs=0.5)
    assert rotation.std() == pytest.approx(sd, abs=0.4)
    assert np.mean(rotation == 0) == pytest.approx(1 - prob, abs=0.009)
    limits = np.mean(np.abs(rotation) == 60)
    assert limits == pytest.approx(prob * 0.0455, abs=0.0035)


def test_scale_and_rotation_are_drawn_apart():
    scale, rotation = RandomSimilarity(rotation_prob=1.0).draw(NUMBER)
    # The correlation of independent draws has a standard error of 0.0045.
    assert abs(np.corrcoef(scale, rotation)[0, 1]) < 0.018


def test_the_same_seed_gives_the_same_draw():
    draws = []
    for seed in (1, 1, 2):
        np.random.seed(seed)
        draws.append(np.concatenate(RandomSimilarity().draw(4)))
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_arguments_set_the_draw():
    transform = RandomSimilarity(0.5, (0.9, 1.1), 5.0, 7.0, 1.0)
    scale, rotation = transform.draw(NUMBER)
    assert scale.min() == np.float32(0.9) and scale.max() == np.float32(1.1)
    # A normal of sd 5 clipped at 7 has sd 4.29.
    assert np.abs(rotation).max() == 7
    assert rotation.std() == pytest.approx(4.29, abs=0.05)


def test_each_box_gets_its_own_draw():
    results = dict(bbox_scale=np.ones((3, 2), np.float32))
    results = RandomSimilarity(rotation_prob=1.0).transform(results)
    assert results['bbox_scale'].shape == (3, 2)
    np.testing.assert_array_equal(*results['bbox_scale'].T)
    assert len(set(results['bbox_rotation'])) == 3
