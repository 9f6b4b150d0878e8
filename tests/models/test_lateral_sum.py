"""LateralSum: shapes, hand-computed sums, gradients, and the stock head on top."""

import pytest
import torch
from mmpose.registry import MODELS

import semi_pose  # noqa: F401


@pytest.fixture
def features():
    generator = torch.Generator().manual_seed(0)
    shapes = [(2, 24, 32, 24), (2, 40, 16, 12), (2, 112, 8, 6)]
    return tuple(torch.randn(shape, generator=generator) for shape in shapes)


def build(in_channels, out_channels):
    return MODELS.build(
        dict(type='LateralSum', in_channels=in_channels, out_channels=out_channels)
    )


def test_one_map_at_the_finest_size(features):
    (merged,) = build([24, 40, 112], 16)(features)
    assert merged.shape == (2, 16, 32, 24)


def test_every_parameter_gets_a_gradient(features):
    neck = build([24, 40, 112], 16)
    neck(features)[0].square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in neck.parameters())


@torch.no_grad()
def test_constant_levels_add_up():
    neck = build([1, 1, 1], 1).eval()
    for lateral, weight in zip(neck.laterals, (1.0, 10.0, 100.0), strict=True):
        lateral.conv.weight.fill_(weight)
        lateral.conv.bias.zero_()
    neck.smooth.conv.weight.zero_()
    neck.smooth.conv.weight[..., 1, 1] = 1
    levels = tuple(
        torch.full((1, 1, size, size), value)
        for size, value in ((8, 1.0), (4, 2.0), (2, 3.0))
    )
    (merged,) = neck(levels)
    expected = torch.full((1, 1, 8, 8), 321.0)
    torch.testing.assert_close(merged, expected, rtol=1e-4, atol=0)


def test_levels_and_channels_must_agree_in_number(features):
    with pytest.raises(ValueError, match='zip'):
        build([24, 40], 16)(features)


def test_the_stock_heatmap_head_fits_on_top(features):
    head = MODELS.build(
        dict(
            type='HeatmapHead',
            in_channels=16,
            out_channels=14,
            deconv_out_channels=None,
            loss=dict(type='KeypointMSELoss', use_target_weight=True),
        )
    )
    heatmaps = head(build([24, 40, 112], 16)(features))
    assert heatmaps.shape == (2, 14, 32, 24)
