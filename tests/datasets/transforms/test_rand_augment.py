import numpy as np
import pytest
import torch

from semi_pose.datasets import RandAugment
from semi_pose.datasets.transforms.rand_augment import OPERATIONS, apply_operation


@pytest.fixture
def image():
    generator = np.random.default_rng(0)
    return generator.integers(0, 255, (24, 18, 3), dtype=np.uint8)


def augment(image, seed=0, **options):
    np.random.seed(seed)
    return RandAugment(**options).transform(dict(img=image))['img']


def colour(*rgb):
    return torch.tensor(rgb, dtype=torch.uint8)[:, None, None].expand(3, 4, 4)


def test_shape_and_type_stay(image):
    before = image.copy()
    for seed in range(30):
        result = augment(image, seed)
        assert result.shape == image.shape and result.dtype == np.uint8
        assert result.flags.c_contiguous
    np.testing.assert_array_equal(image, before)


def test_the_same_seed_gives_the_same_image(image):
    np.testing.assert_array_equal(augment(image, 5), augment(image, 5))
    results = {augment(image, seed).tobytes() for seed in range(20)}
    assert len(results) > 10


@pytest.mark.parametrize('name', sorted(set(OPERATIONS) - {'autocontrast', 'equalize'}))
def test_magnitude_0_is_the_identity(name, image):
    tensor = torch.from_numpy(image).permute(2, 0, 1)
    result = apply_operation(name, tensor, 0)
    # Sharpness and colour round to integers on the way; 255 (not in here) would be
    # inverted by solarize, as in torchvision.
    assert (result.int() - tensor.int()).abs().max() <= 1


@pytest.mark.parametrize(
    ('name', 'sign', 'before', 'after'),
    [
        # Magnitude 20 of 30: factors of 1 +- 0.6, 5 bits, a threshold of 85.
        ('brightness', 1, (100, 50, 10), (160, 80, 16)),
        ('brightness', -1, (100, 50, 10), (40, 20, 4)),
        ('solarize', 1, (84, 86, 200), (84, 169, 55)),
        ('posterize', 1, (255, 100, 7), (248, 96, 0)),
        # The grey value is 0.299 R + 0.587 G + 0.114 B = 59.9, in torchvision 59.
        ('color', -1, (200, 0, 0), (115, 35, 35)),
        ('identity', 1, (1, 2, 3), (1, 2, 3)),
    ],
)
def test_values_computed_by_hand(name, sign, before, after):
    result = apply_operation(name, colour(*before), 20, sign)[:, 0, 0]
    np.testing.assert_allclose(result, after, atol=1)


def test_unsigned_operations_ignore_the_sign(image):
    tensor = torch.from_numpy(image).permute(2, 0, 1)
    for name, (_, signed) in OPERATIONS.items():
        results = [apply_operation(name, tensor, 20, sign) for sign in (1, -1)]
        assert torch.equal(*results) != signed


def test_autocontrast_and_equalize_stretch_the_range():
    ramp = torch.arange(100, 116, dtype=torch.uint8).expand(3, 60, 16)
    for name in ('autocontrast', 'equalize'):
        result = apply_operation(name, ramp, 20)
        assert result.min() == 0 and result.max() == 255


@pytest.mark.parametrize('sign', [1, -1])
@pytest.mark.parametrize('name', sorted(OPERATIONS))
def test_no_operation_moves_pixels(name, sign):
    image = torch.full((3, 12, 12), 60, dtype=torch.uint8)
    image[:, 3:9, 3:9] = 180
    result = apply_operation(name, image, 20, sign)
    flat = torch.ones(12, 12, dtype=torch.bool)
    if name == 'sharpness':
        # Its 3x3 kernel changes both sides of the edge.
        flat[2:10, 2:10] = False
        flat[4:8, 4:8] = True
    for inside in (True, False):
        region = (image[0] == 180) == inside
        assert len(result[:, region & flat].unique()) == 1


def test_mirroring_commutes_with_every_operation(image):
    tensor = torch.from_numpy(image).permute(2, 0, 1)
    for name in OPERATIONS:
        result = apply_operation(name, tensor.flip(2), 20).flip(2)
        difference = result.int() - apply_operation(name, tensor, 20).int()
        assert difference.abs().max() <= 1


def test_operations_see_rgb(monkeypatch):
    only_colour = {'color': OPERATIONS['color']}
    module = 'semi_pose.datasets.transforms.rand_augment.OPERATIONS'
    monkeypatch.setattr(module, only_colour)
    monkeypatch.setattr(np.random, 'choice', lambda values: -1)
    blue_first = np.zeros((4, 4, 3), np.uint8)
    blue_first[..., 2] = 200
    # Pure red keeps 40 % of itself beside 60 % of its grey value, 59.
    result = augment(blue_first, num_ops=1)[0, 0]
    np.testing.assert_allclose(result, (35, 35, 115), atol=1)


def test_operations_and_signs_are_drawn_evenly(image, monkeypatch):
    drawn = []

    def note(name, image, magnitude, sign):
        drawn.append((name, sign, magnitude))
        return image

    module = 'semi_pose.datasets.transforms.rand_augment.apply_operation'
    monkeypatch.setattr(module, note)
    transform = RandAugment()
    for _ in range(900):
        transform.transform(dict(img=image))
    names, signs, magnitudes = zip(*drawn, strict=True)
    # 1800 draws of nine: 200 each with a standard deviation of 13.3; four of them.
    assert all(abs(names.count(name) - 200) < 54 for name in OPERATIONS)
    assert abs(sum(signs)) < 170
    assert set(magnitudes) == {20}


def test_a_magnitude_out_of_range_is_refused():
    with pytest.raises(ValueError, match='0 to 30: 31'):
        RandAugment(magnitude=31)
