"""Cutout, CutMix, Cut-Occlude, adaptive Joint Cutout and drawn targets."""

import math

import pytest
import torch

from semi_pose.geometry import heatmap_peaks, similarity_theta
from semi_pose.models import HardAffine, HardView, JointCutout
from semi_pose.models.hard_pipeline import (
    CutOcclude,
    RandomCutMix,
    RandomCutout,
    RedrawTargets,
)
from semi_pose.models.hard_pipeline.boxes import jittered_joints
from semi_pose.models.hard_pipeline.joint_cutout import adaptive_counts
from semi_pose.models.hard_pipeline.redraw_targets import draw_gaussians, move_points

from .test_hard_pipeline import heatmaps_at

PUBLIC = dict(as_public_code=True)
SWAPPED = CutOcclude(swap_xy_as_public_code=True)
CLIPPED = JointCutout(clip_as_public_code=True)


def test_joints_of_heatmaps_whose_sides_are_rounded_up():
    # A ResNet's heatmaps of a 180x256 crop are 48x64.
    heatmaps = torch.zeros(1, 1, 1, 64, 48)
    heatmaps[..., 63, 47] = 1
    joints = jittered_joints(heatmaps, (256, 180), 0)
    assert joints.tolist() == [[[[176, 252]]]]


def uniform_joints(number, joints=17):
    points = [torch.randint(n, (number, joints)) for n in (48, 64)]
    return heatmaps_at(torch.stack(points, -1))


# Shares that the public code changes of 192x256 crops, and right placed.
@pytest.mark.parametrize(
    ('path', 'share'),
    [
        ([SWAPPED], 0.030),
        ([CLIPPED], 0.051),
        ([RandomCutout(**PUBLIC)], 0.058),
        ([RandomCutMix(**PUBLIC)], 0.021),
        ([SWAPPED, RandomCutout(**PUBLIC)], 0.085),
        ([CLIPPED, RandomCutMix(**PUBLIC)], 0.071),
    ],
)
def test_changed_shares_of_the_public_code(path, share):
    # Pictures are told apart by their values, which are nowhere 0.
    number = 400
    pictures = torch.arange(1.0, number + 1).view(1, -1, 1, 1, 1)
    pictures = pictures.expand(1, number, 1, 256, 192) + torch.rand(256, 192) / 2
    view = HardView(pictures, uniform_joints(number))
    for transform in path:
        view = transform(view)
    changed = (view.images != pictures).float().mean().item()
    assert changed == pytest.approx(share, abs=0.004)


@pytest.mark.parametrize('kind', [RandomCutout, RandomCutMix])
def test_boxes_reach_all_of_the_image_unless_as_the_public_code(kind):
    pictures = torch.arange(1.0, 301).view(1, -1, 1, 1, 1).expand(1, 300, 1, 256, 192)
    for as_public_code in (False, True):
        view = HardView(pictures, torch.zeros(1, 300, 1, 64, 48))
        images = kind(num_boxes=5, as_public_code=as_public_code)(view).images
        changed = (images != pictures).any(1)[0, 0]
        assert changed[:190].all() and changed[192:].any() != as_public_code


def test_cut_mix_shows_one_other_image_in_each():
    pictures = torch.arange(1.0, 9).view(1, -1, 1, 1, 1).expand(2, 8, 3, 64, 48)
    images = RandomCutMix()(HardView(pictures, torch.zeros(2, 8, 1, 16, 12))).images
    sources = []
    for student in images:
        shown = [image.unique().tolist() for image in student]
        assert all(number in one for number, one in enumerate(shown, 1))
        assert max(map(len, shown)) == 2
        sources.append([sum(one) for one in shown])
    assert sources[0] != sources[1]


def test_a_patch_by_hand():
    images = torch.arange(1.0, 1 + 2 * 64 * 48).view(1, 2, 1, 64, 48)
    # Image 0: joints at (20, 40) and (8, 8); image 1: at (28, 20) twice.
    heatmaps = heatmaps_at([[[5, 10], [2, 2]], [[7, 5], [7, 5]]], size=(16, 12))
    occlude = CutOcclude(num_patches=1, jitter_std=0, half_size=(3, 3))
    seen = set()
    for _ in range(40):
        result = occlude(HardView(images, heatmaps)).images
        if torch.equal(result[0, 0], images[0, 0]):
            continue  # its own patch on itself
        rows, columns = (result != images)[0, 0, 0].nonzero(as_tuple=True)
        box = [rows.min(), rows.max(), columns.min(), columns.max()]
        y, x = box[0].item() + 3, box[2].item() + 3
        assert [int(edge) for edge in box] == [y - 3, y + 2, x - 3, x + 2]
        center = result[0, 0, 0, y, x].item()
        source = images[..., 0, :, :].flatten().tolist().index(center)
        seen.add((x, y, source))
    pixels = {(28, 20, 1), (20, 40, 0), (8, 8, 0)}
    from_pixels = {number * 64 * 48 + y * 48 + x for x, y, number in pixels}
    assert {(x, y) for x, y, _ in seen} == {(20, 40), (8, 8)}
    assert {source for *_, source in seen} == from_pixels


def test_no_transform_writes_into_its_input():
    images, heatmaps = torch.rand(2, 3, 3, 64, 48), torch.rand(2, 3, 5, 16, 12)
    before = images.clone()
    for transform in (RandomCutout(), RandomCutMix(), CutOcclude(), JointCutout()):
        result = transform(HardView(images, heatmaps))
        assert result.heatmaps is heatmaps and not torch.equal(result.images, images)
    assert torch.equal(images, before)


def test_adaptive_counts_by_hand():
    peaks = torch.zeros(1, 4, 24)
    peaks[0, 0] = 1  # all equal: 23 easy ones beside the highest, 7 boxes
    peaks[0, 1, :13] = 1  # 12 easy ones, 4 boxes
    peaks[0, 2, :3] = 1  # 2 easy ones, 0 boxes: 2
    peaks[0, 3] = 0.01  # nothing is seen: 2
    assert adaptive_counts(peaks[..., None, None]).tolist() == [[7, 4, 2, 2]]


def test_adaptive_boxes_are_as_many():
    points = [[[8 + 5 * (i % 6), 8 + 12 * (i // 6)] for i in range(24)]]
    heatmaps = heatmaps_at(points * 200, size=(64, 48))
    heatmaps[:, 100:, 13:] = 0
    cutout = JointCutout('adaptive', jitter_std=0, half_size=(2, 2))
    view = cutout(HardView(torch.ones(1, 200, 1, 256, 192), heatmaps))
    masked = (view.images == 0).flatten(2).sum(-1)[0] / 16
    # Boxes on the same joint coincide: fewer than drawn, never more.
    assert masked[:100].max() == 7 and masked[100:].max() == 4
    with pytest.raises(ValueError, match='adaptive'):
        JointCutout('many')


def test_drawn_targets_by_hand():
    heatmaps = draw_gaussians(torch.tensor([[3.0, 5.0]]), (16, 12), sigma=2.0)
    assert heatmaps[0, 5, 3] == 1
    assert heatmaps[0, 5, 5].item() == pytest.approx(math.exp(-4 / 8))
    assert heatmaps[0, 8, 3].item() == pytest.approx(math.exp(-9 / 8))
    quarter = similarity_theta(torch.tensor([90.0]), torch.tensor([1.0]))
    # Pixel centers of a 16x16 map, turned about its center.
    moved = move_points(torch.tensor([[[[3.0, 5.0]]]]), quarter, (16, 16))
    torch.testing.assert_close(moved, torch.tensor([[[[5.0, 12.0]]]]))


def test_drawn_targets_keep_the_peaks_that_a_warp_lowers():
    centers = 4 + 16 * torch.rand(1, 200, 5, 2)
    heatmaps = draw_gaussians(centers.round(), (32, 24), sigma=1.5) * 0.8
    warped = HardAffine(rotation_std=15)(
        HardView(torch.rand(1, 200, 3, 4, 4), heatmaps)
    )
    drawn, blurred = RedrawTargets(sigma=1.5)(warped), warped.aligned()
    assert drawn.frame is None
    whole = blurred.heatmaps.amax((-2, -1)) > 0.5  # still in the picture
    lowered, kept = (one.heatmaps.amax((-2, -1))[whole] for one in (blurred, drawn))
    assert kept.mean() > lowered.mean() + 0.02
    offset = heatmap_peaks(drawn.heatmaps) - heatmap_peaks(blurred.heatmaps)
    assert offset[whole].abs().float().mean() < 0.3
    ones = RedrawTargets(sigma=1.5, threshold=0.5)(HardView(warped.images, heatmaps))
    assert (ones.heatmaps.amax((-2, -1)) == 1).all()
    none = RedrawTargets(sigma=1.5, threshold=0.9)(HardView(warped.images, heatmaps))
    assert not none.heatmaps.any()
