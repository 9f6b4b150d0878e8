"""Joint Cutout and the hard affine transform."""

import pytest
import torch

from semi_pose.models import HardAffine, HardView, JointCutout


def heatmaps_at(points, students=1, size=(64, 48)):
    """One-pixel heatmaps (S, B, K, h, w) at points (B, K, 2) of (x, y)."""
    points = torch.as_tensor(points)
    maps = torch.zeros(*points.shape[:2], *size)
    batch, joint = torch.meshgrid(*map(torch.arange, points.shape[:2]), indexing='ij')
    maps[batch, joint, points[..., 1], points[..., 0]] = 1
    return maps.expand(students, *maps.shape)


def masked(view):
    return view.images[:, :, 0] == 0


def test_one_box_by_hand():
    cutout = JointCutout(num_joints=1, jitter_std=0, half_size=(10, 10))
    heatmaps = heatmaps_at([[[12, 30]]])
    view = cutout(HardView(torch.ones(1, 1, 3, 256, 192), heatmaps))
    expected = torch.zeros(256, 192, dtype=torch.bool)
    expected[110:130, 38:58] = True
    assert torch.equal(masked(view)[0, 0], expected)
    assert torch.equal(view.heatmaps, heatmaps)


def test_boxes_are_clipped_to_the_true_size():
    cutout = JointCutout(num_joints=1, jitter_std=0, half_size=(10, 10))
    view = cutout(HardView(torch.ones(1, 1, 3, 256, 192), heatmaps_at([[[47, 63]]])))
    expected = torch.zeros(256, 192, dtype=torch.bool)
    expected[242:256, 178:192] = True
    assert torch.equal(masked(view)[0, 0], expected)


@pytest.mark.parametrize(('as_public_code', 'share'), [(False, 0.070), (True, 0.053)])
def test_masked_share_for_uniform_joints(as_public_code, share):
    points = torch.stack(
        [torch.randint(48, (400, 17)), torch.randint(64, (400, 17))], -1
    )
    cutout = JointCutout(clip_as_public_code=as_public_code)
    view = cutout(HardView(torch.ones(1, 400, 1, 256, 192), heatmaps_at(points)))
    assert masked(view).float().mean().item() == pytest.approx(share, abs=0.004)


def test_public_code_switch_spares_what_lies_below_the_width():
    cutout = JointCutout(jitter_std=0, half_size=(10, 10), clip_as_public_code=True)
    view = cutout(
        HardView(torch.ones(1, 1, 1, 256, 192), heatmaps_at([[[20, 60]] * 5]))
    )
    assert not masked(view).any()


def test_boxes_lie_where_the_heatmaps_frame_puts_the_joints():
    cutout = JointCutout(num_joints=1, jitter_std=0, half_size=(4, 4))
    # Half a turn: image positions (x, y) are heatmap positions (-x, -y).
    frame = torch.tensor([[[-1.0, 0, 0], [0, -1, 0]]])
    images, heatmaps = torch.ones(1, 1, 3, 256, 192), heatmaps_at([[[12, 30]]])
    view = cutout(HardView(images, heatmaps, frame))
    # Pixel 12 of 48 comes to 47 - 12 = 35, and 30 of 64 to 33; times 4.
    assert masked(view)[0, 0].nonzero().tolist()[0] == [4 * 33 - 4, 4 * 35 - 4]
    assert torch.equal(view.heatmaps, heatmaps) and view.frame is frame


def test_each_student_is_masked_round_its_own_teachers_joints():
    heatmaps = torch.cat([heatmaps_at([[[5, 5]]]), heatmaps_at([[[40, 50]]])])
    cutout = JointCutout(num_joints=1, jitter_std=0, half_size=(4, 4))
    hidden = masked(cutout(HardView(torch.ones(2, 1, 3, 256, 192), heatmaps)))
    assert hidden[0, 0, 20, 20] and not hidden[0, 0, 200, 160]
    assert hidden[1, 0, 200, 160] and not hidden[1, 0, 20, 20]


def test_half_sizes_cover_10_to_19():
    cutout = JointCutout(num_joints=1, jitter_std=0)
    heatmaps = heatmaps_at(torch.full((2000, 1, 2), 8), size=(16, 16))
    hidden = masked(cutout(HardView(torch.ones(1, 2000, 1, 64, 64), heatmaps)))[0]
    for sides in (hidden.any(1).sum(1), hidden.any(2).sum(1)):
        assert sorted(set(sides.tolist())) == list(range(20, 40, 2))


def test_affine_is_shared_by_students_and_moves_both_alike():
    point = [[[30, 20]], [[10, 40]]]
    view = HardView(
        torch.rand(2, 3, 64, 48).expand(2, -1, -1, -1, -1), heatmaps_at(point, 2)
    )
    moved = HardAffine()(view).aligned()
    assert torch.equal(moved.images[0], moved.images[1])
    assert torch.equal(moved.heatmaps[0], moved.heatmaps[1])
    assert not torch.equal(moved.images[0, 0], view.images[0, 0])


@pytest.mark.parametrize(('shear', 'kept'), [(True, False), (False, True)])
def test_rotated_people_keep_their_shape_without_shear(shear, kept):
    affine = HardAffine(scale_std=0, rotation_prob=1, shear=shear)
    theta = affine.draw_theta(torch.zeros(50, 3, 96, 64))
    pixels = torch.tensor([64.0, 96.0])
    linear = theta[:, :, :2] * pixels[:, None] / pixels  # of pixels, not of shares
    unit = torch.eye(2).expand(50, 2, 2)
    assert torch.allclose(linear @ linear.mT, unit, atol=1e-5) == kept
    assert (theta[:, 0, 1].abs() > 0.1).any()


def test_affine_without_strength_changes_nothing():
    view = HardView(torch.rand(1, 2, 3, 64, 48), torch.rand(1, 2, 4, 16, 12))
    same = HardAffine(scale_std=0, rotation_prob=0)(view).aligned()
    torch.testing.assert_close(same.images, view.images, atol=1e-5, rtol=0)
    torch.testing.assert_close(same.heatmaps, view.heatmaps, atol=1e-5, rtol=0)


def test_each_sample_gets_its_own_draw():
    picture = torch.rand(1, 1, 1, 64, 48).expand(-1, 6, -1, -1, -1)
    moved = HardAffine()(HardView(picture, heatmaps_at([[[24, 32]]] * 6))).images[0]
    assert len({image.sum().item() for image in moved}) == 6
