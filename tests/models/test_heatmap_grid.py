"""Heatmaps are warped where their codec puts them."""

import pytest
import torch
from mmpose.registry import MODELS

from semi_pose.errors import UserError
from semi_pose.geometry import heatmap_theta, invert_theta, similarity_theta, warp
from semi_pose.models import HardAffine, HardView
from semi_pose.models.hard_pipeline import RedrawTargets
from semi_pose.models.hard_pipeline.redraw_targets import move_points
from semi_pose.models.heatmap_grid import codec_grid

from ..benchmarks.warp import CODECS, SIZES, build_codec, decode, encode, measure, rows
from ..helpers.tiny import codec as tiny_codec
from ..helpers.tiny import estimator, head

LARGE, SMALL = SIZES.values()
HALF_TURN = torch.tensor([[[-1.0, 0, 0], [0, -1, 0]]])
DRAWS = {
    'turned': (40.0, 1.0),
    'magnified': (0.0, 0.75),
    'shrunk': (0.0, 1.25),
    'both': (-25.0, 0.9),
}


def codec_of(name, shape=LARGE):
    return build_codec(CODECS[name], *shape)


def fixed_affine(theta):
    affine = HardAffine()
    affine.draw_theta = lambda images: theta.expand(len(images), -1, -1)
    return affine


@pytest.mark.parametrize(
    ('name', 'factor', 'shift'),
    [
        # Heatmap pixel x is image pixel 4 x, 1.5 before the middle of 4 x to 4 x + 3.
        ('MSRA', (1, 1), (-2 * 1.5 / 192, -2 * 1.5 / 256)),
        # Centers of outer pixels lie on each other: 191 / 192 against 47 / 48.
        ('UDP', (191 / 192 * 48 / 47, 255 / 256 * 64 / 63), (0, 0)),
        # Heatmap pixel x is image pixel 4 x + 2, 0.5 after that middle.
        ('Megvii', (1, 1), (2 * 0.5 / 192, 2 * 0.5 / 256)),
    ],
)
def test_grid_by_hand(name, factor, shift):
    expected = torch.tensor([factor, shift])
    torch.testing.assert_close(codec_grid(codec_of(name)), expected)


@pytest.mark.parametrize(
    ('name', 'peak'),
    [
        ('MSRA', [35.75, 33.75]),  # image (48, 120) to (191 - 48, 255 - 120), by 4
        ('UDP', [35.0, 33.0]),
    ],
)
def test_half_a_turn_by_hand(name, peak):
    theta = heatmap_theta(HALF_TURN, codec_grid(codec_of(name)))
    moved = move_points(torch.tensor([[[12.0, 30.0]]]), theta, (64, 48))
    torch.testing.assert_close(moved, torch.tensor([[peak]]))
    # The public code turns pixel 12 of 48 to 47 - 12 whatever the codec.
    moved = move_points(torch.tensor([[[12.0, 30.0]]]), HALF_TURN, (64, 48))
    torch.testing.assert_close(moved, torch.tensor([[[35.0, 33.0]]]))


def test_a_drawn_target_lies_there_too():
    heatmaps = torch.zeros(1, 1, 1, 64, 48)
    heatmaps[..., 30, 12] = 1
    grid = codec_grid(codec_of('MSRA'))
    view = HardView(torch.zeros(1, 1, 1, 256, 192), heatmaps, HALF_TURN, grid=grid)
    drawn = RedrawTargets()(view).heatmaps[0, 0, 0]
    rows, columns = drawn.sum(1), drawn.sum(0)
    center = (columns * torch.arange(48)).sum() / columns.sum()
    assert center.item() == pytest.approx(35.75, abs=1e-3)
    assert (rows * torch.arange(64)).sum() / rows.sum() == pytest.approx(33.75)


@pytest.mark.parametrize('draw', DRAWS.values(), ids=DRAWS)
@pytest.mark.parametrize('shape', [LARGE, SMALL], ids=list(SIZES))
@pytest.mark.parametrize('name', ['MSRA, DARK', 'UDP'])
def test_targets_lie_where_the_joints_come_to(name, shape, draw):
    codec = codec_of(name, shape)
    affine = fixed_affine(similarity_theta(*torch.tensor([draw]).T))
    assert measure(codec, affine, codec_grid(codec), num=8).mean < 0.13
    if name != 'UDP':
        assert measure(codec, affine, None, num=8).mean > 0.25


@pytest.mark.parametrize('by_codec', [False, True], ids=['public', 'codec'])
@pytest.mark.parametrize('name', ['MSRA, DARK', 'UDP'])
def test_warp_then_invert_gives_the_heatmap_back(name, by_codec):
    codec = codec_of(name)
    heatmaps = encode(codec, torch.tensor([[[90.0, 120.0], [110.0, 140.0]]]))[0]
    theta = similarity_theta(torch.tensor([25.0]), torch.tensor([0.9]))
    if by_codec:
        theta = heatmap_theta(theta, codec_grid(codec))
    back = warp(warp(heatmaps, theta), invert_theta(theta))
    error = decode(codec, back) - decode(codec, heatmaps)
    assert error.abs().max() < 0.1


@pytest.mark.parametrize('name', ['MSRA, DARK', 'UDP'])
def test_targets_lie_where_the_picture_shows_them(name):
    codec, joint = codec_of(name), torch.tensor([70.0, 150.0])
    y, x = torch.meshgrid(torch.arange(256.0), torch.arange(192.0), indexing='ij')
    picture = torch.exp(-((x - joint[0]) ** 2 + (y - joint[1]) ** 2) / (2 * 5.0**2))
    heatmaps = encode(codec, joint.view(1, 1, 2))
    view = HardView(picture.view(1, 1, 1, 256, 192), heatmaps, grid=codec_grid(codec))
    theta = similarity_theta(torch.tensor([35.0]), torch.tensor([1.1]))
    moved = fixed_affine(theta)(view).aligned()
    weights = moved.images[0, 0, 0] / moved.images.sum()
    seen = torch.stack([(weights * x).sum(), (weights * y).sum()])
    assert (decode(codec, moved.heatmaps[0])[0, 0] - seen).norm() < 0.15


def test_the_estimator_warps_by_the_codec_of_its_head():
    affine = fixed_affine(similarity_theta(torch.tensor([30.0]), torch.tensor([0.9])))
    model = MODELS.build(estimator(warp_as_public_code=False))
    model.hard_pipeline = [affine]
    lesson = model.make_lesson(torch.rand(2, 3, 64, 48))
    # MSRA at stride 4: three quarters of half a heatmap pixel.
    grid = torch.tensor([[1, 1], [-0.75 / 12, -0.75 / 16]])
    theta = heatmap_theta(affine.draw_theta(torch.zeros(2, 1, 1, 1)), grid)
    expected = torch.stack([warp(maps, theta) for maps in lesson.targets])
    torch.testing.assert_close(lesson.hard.heatmaps, expected)
    assert not [key for key in model.state_dict() if 'grid' in key]


def test_several_views_keep_the_grid():
    cutout = [dict(type='JointCutout')]
    model = MODELS.build(estimator(warp_as_public_code=False, paths=[cutout, []]))
    view = HardView(torch.rand(2, 2, 3, 64, 48), torch.rand(2, 2, 5, 16, 12))
    view = view._replace(frame=HALF_TURN.expand(2, -1, -1), grid=model.grid)
    expected = view.aligned().heatmaps
    hard = model.make_hard_view(view)
    torch.testing.assert_close(hard.heatmaps, torch.cat([expected] * 2))


def test_the_public_warp_is_the_default():
    assert MODELS.build(estimator()).grid is None


def test_offsets_cannot_be_warped():
    decoder = dict(tiny_codec(), type='UDPHeatmap', heatmap_type='combined')
    cfg = dict(head(), decoder=decoder)
    with pytest.raises(UserError, match='UDPHeatmap .combined., which is not one'):
        MODELS.build(estimator(head=cfg, warp_as_public_code=False))


def test_the_table_has_a_row_for_each_codec_and_size():
    table = list(rows(num=2))
    assert [row[:2] for row in table] == [[n, s] for n in CODECS for s in SIZES]
    for name, _, *cells in table:
        still, public, by_codec = (float(cell.split(', ')[0]) for cell in cells)
        # The others are decoded to a quarter of a heatmap pixel.
        assert name in ('MSRA', 'Megvii') or still < by_codec < public
