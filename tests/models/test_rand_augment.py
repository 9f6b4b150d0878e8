"""RandAugment on batches: operations by hand, draws, normalization."""

import pytest
import torch
from mmpose.models import PoseDataPreprocessor
from torchvision.transforms import functional as reference

from semi_pose.models import HardView, RandAugment
from semi_pose.models.data_preprocessor import from_rgb_pixels
from semi_pose.models.hard_pipeline import rand_augment
from semi_pose.models.hard_pipeline.rand_augment import OPERATIONS, apply_operation

NORMALIZATION = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])


@pytest.fixture
def pixels():
    return torch.randint(0, 255, (20, 3, 24, 18), dtype=torch.uint8)


def augment(pixels, seed=0, **options):
    torch.manual_seed(seed)
    return RandAugment(**options).augment(pixels)


def attached(bgr_to_rgb=True, **options):
    transform = RandAugment(**options)
    transform.attach(PoseDataPreprocessor(**NORMALIZATION, bgr_to_rgb=bgr_to_rgb))
    return transform


def color(*rgb):
    return torch.tensor(rgb, dtype=torch.uint8)[:, None, None].expand(3, 4, 4)


def test_shape_and_type_stay(pixels):
    before = pixels.clone()
    for seed in range(10):
        result = augment(pixels, seed)
        assert result.shape == pixels.shape and result.dtype == torch.uint8
    assert torch.equal(pixels, before)


def test_the_same_seed_gives_the_same_images(pixels):
    assert torch.equal(augment(pixels, 5), augment(pixels, 5))
    assert not torch.equal(augment(pixels, 5), augment(pixels, 6))


def test_each_sample_gets_its_own_draw_and_students_share_it():
    one = torch.randint(0, 255, (1, 3, 24, 18), dtype=torch.uint8)
    result = RandAugment().augment(one.expand(40, -1, -1, -1), repeats=2)
    assert torch.equal(result[:20], result[20:])
    assert len({image.numpy().tobytes() for image in result[:20]}) > 10


@pytest.mark.parametrize('name', sorted(set(OPERATIONS) - {'autocontrast', 'equalize'}))
def test_magnitude_0_is_the_identity(name, pixels):
    result = apply_operation(name, pixels, 0)
    # Sharpness and color round to integers on the way; 255 (not in here) would be
    # inverted by solarize, as in torchvision.
    assert (result.int() - pixels.int()).abs().max() <= 1


@pytest.mark.parametrize(
    ('name', 'sign', 'before', 'after'),
    [
        # Magnitude 20 of 30: factors of 1 +- 0.6, 5 bits, a threshold of 85.
        ('brightness', 1, (100, 50, 10), (160, 80, 16)),
        ('brightness', -1, (100, 50, 10), (40, 20, 4)),
        ('solarize', 1, (84, 86, 200), (84, 169, 55)),
        ('posterize', 1, (255, 100, 7), (248, 96, 0)),
        # The gray value is 0.299 R + 0.587 G + 0.114 B = 59.9, in torchvision 59.
        ('color', -1, (200, 0, 0), (115, 35, 35)),
        ('identity', 1, (1, 2, 3), (1, 2, 3)),
    ],
)
def test_values_computed_by_hand(name, sign, before, after):
    result = apply_operation(name, color(*before), 20, sign)[:, 0, 0]
    torch.testing.assert_close(result.int(), torch.tensor(after).int(), atol=1, rtol=0)


def test_unsigned_operations_ignore_the_sign(pixels):
    for name, (_, signed) in OPERATIONS.items():
        results = [apply_operation(name, pixels, 20, sign) for sign in (1, -1)]
        assert torch.equal(*results) != signed


@pytest.mark.parametrize(
    ('name', 'operation'),
    [
        ('autocontrast', reference.autocontrast),
        ('equalize', reference.equalize),
        ('contrast', lambda image: reference.adjust_contrast(image, 1.6)),
        ('sharpness', lambda image: reference.adjust_sharpness(image, 1.6)),
    ],
)
def test_a_batch_is_augmented_as_each_image_is_alone(name, operation, pixels):
    dark = (pixels // 3 + 20).clone()
    alone = torch.stack([operation(image) for image in dark])
    result = apply_operation(name, dark, 20)
    assert (result.int() - alone.int()).abs().max() <= 1


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


def test_mirroring_commutes_with_every_operation(pixels):
    for name in OPERATIONS:
        result = apply_operation(name, pixels.flip(-1), 20).flip(-1)
        difference = result.int() - apply_operation(name, pixels, 20).int()
        assert difference.abs().max() <= 1


@pytest.mark.parametrize('bgr_to_rgb', [True, False])
def test_operations_see_rgb_pixels(monkeypatch, bgr_to_rgb):
    monkeypatch.setattr(rand_augment, 'OPERATIONS', {'color': OPERATIONS['color']})
    monkeypatch.setattr(torch, 'randint', lambda high, shape: torch.zeros(shape).int())
    transform = attached(bgr_to_rgb, num_ops=1)
    preprocessor = PoseDataPreprocessor(**NORMALIZATION, bgr_to_rgb=bgr_to_rgb)
    images = from_rgb_pixels(preprocessor, color(200, 0, 0)[None])
    view = HardView(images.expand(2, -1, -1, -1, -1), torch.rand(2, 1, 5, 2, 2))
    result = transform(view)
    # Pure red keeps 40 % of itself beside 60 % of its gray value, 59.
    expected = from_rgb_pixels(preprocessor, color(115, 35, 35)[None])
    step = 1.01 / min(NORMALIZATION['std'])
    for student in result.images:
        torch.testing.assert_close(student, expected, atol=step, rtol=0)
    assert result.heatmaps is view.heatmaps


def test_a_shared_picture_stays_shared_and_others_stay_apart():
    images = torch.randn(2, 6, 3, 16, 12)
    heatmaps = torch.rand(2, 6, 5, 4, 3)
    shared = attached()(HardView(images[:1].expand(2, -1, -1, -1, -1), heatmaps))
    assert torch.equal(shared.images[0], shared.images[1])
    apart = attached()(HardView(images, heatmaps))
    assert apart.images.shape == images.shape
    assert not torch.equal(apart.images[0], apart.images[1])


def test_operations_and_signs_are_drawn_evenly(monkeypatch):
    counts = {}

    def note(name, images, magnitude, sign):
        assert magnitude == 20
        counts[name, sign] = counts.get((name, sign), 0) + len(images)
        return images

    monkeypatch.setattr(rand_augment, 'apply_operation', note)
    RandAugment().augment(torch.zeros(900, 3, 2, 2, dtype=torch.uint8))
    # 1800 draws of nine with two signs: 100 each, standard deviation 9.7; four of them.
    assert len(counts) == 18
    assert all(abs(count - 100) < 40 for count in counts.values())


def test_a_magnitude_out_of_range_is_refused():
    with pytest.raises(ValueError, match='0 to 30: 31'):
        RandAugment(magnitude=31)
