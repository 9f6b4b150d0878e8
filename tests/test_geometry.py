"""Geometry against hand-computed values, the public code and itself."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from semi_pose.geometry import (
    compose_theta,
    draw_similarity,
    heatmap_peaks,
    invert_theta,
    similarity_theta,
    subpixel_peaks,
    warp,
)
from semi_pose.models.hard_pipeline.redraw_targets import draw_gaussians

GOLDEN = Path(__file__).parent / 'data' / 'warp.npz'


def test_theta_by_hand():
    theta = similarity_theta(torch.tensor([90.0, 0.0]), torch.tensor([2.0, 0.5]))
    expected = [[[0, 2, 0], [-2, 0, 0]], [[0.5, 0, 0], [0, 0.5, 0]]]
    torch.testing.assert_close(theta, torch.tensor(expected), atol=1e-6, rtol=0)


def test_theta_and_warp_match_the_public_code():
    golden = {name: torch.from_numpy(value) for name, value in np.load(GOLDEN).items()}
    theta = similarity_theta(golden['rotation_deg'], golden['scale'])
    torch.testing.assert_close(theta, golden['theta'], rtol=1e-12, atol=1e-12)
    for name in ('image', 'heatmap'):
        ours, theirs = warp(golden[name], theta), golden[f'warped_{name}']
        assert (ours - theirs).abs().max() <= 1e-5 * theirs.abs().max()


def test_quarter_turn_moves_a_pixel_where_it_should():
    # theta maps output to input: at 90 degrees output (x, y) shows input (y, -x), so
    # what was at the right edge, (1, 0), comes to the bottom, (0, 1).
    image = torch.zeros(1, 1, 5, 5)
    image[0, 0, 2, 4] = 1
    turned = warp(image, similarity_theta(torch.tensor([90.0]), torch.ones(1)))
    assert heatmap_peaks(turned).tolist() == [[[2, 4]]]
    turned = warp(image, similarity_theta(torch.tensor([-90.0]), torch.ones(1)))
    assert heatmap_peaks(turned).tolist() == [[[2, 0]]]


def test_a_quarter_turn_of_a_crop_that_is_not_square():
    # 20 pixels right of the center come to 20 below it by the crop's aspect; without,
    # to as large a share of the height: 20 * 97 / 65.
    image = torch.zeros(1, 1, 97, 65)
    image[0, 0, 48, 52] = 1
    quarter = torch.tensor([90.0]), torch.ones(1)
    turned = warp(image, similarity_theta(*quarter, aspect=97 / 65))
    assert heatmap_peaks(turned).tolist() == [[[32, 68]]]
    sheared = warp(image, similarity_theta(*quarter))
    assert heatmap_peaks(sheared).tolist() == [[[32, 78]]]


def test_scale_above_one_shrinks():
    image = torch.zeros(1, 1, 9, 9)
    image[0, 0, 4, 8] = 1
    shrunk = warp(image, similarity_theta(torch.zeros(1), torch.full((1,), 2.0)))
    assert heatmap_peaks(shrunk).tolist() == [[[6, 4]]]


def test_warp_then_invert_gives_the_picture_back():
    rows, columns = torch.meshgrid(torch.arange(64), torch.arange(48), indexing='ij')
    blob = torch.exp(-((rows - 30.0) ** 2 + (columns - 22.0) ** 2) / (2 * 6.0**2))
    image = blob.expand(3, 1, -1, -1)
    rotation, scale = torch.tensor([25.0, -60.0, 5.0]), torch.tensor([0.9, 1.2, 1.0])
    theta = similarity_theta(rotation, scale)
    back = warp(warp(image, theta), invert_theta(theta))
    assert (back - image).abs().max() < 0.03


def test_composition_by_hand():
    # Output (x, y) of the second shows (2x + 0.5, 2y), and that shows a quarter turn
    # of it: (2y, -2x - 0.5).
    turn = similarity_theta(torch.tensor([90.0]), torch.ones(1))
    shift = torch.tensor([[[2.0, 0, 0.5], [0, 2, 0]]])
    expected = torch.tensor([[[0.0, 2, 0], [-2, 0, -0.5]]])
    composed = compose_theta(turn, shift)
    torch.testing.assert_close(composed, expected, atol=1e-6, rtol=0)


def test_composition_is_one_warp_after_the_other():
    rows, columns = torch.meshgrid(torch.arange(64), torch.arange(48), indexing='ij')
    blob = torch.exp(-((rows - 34.0) ** 2 + (columns - 20.0) ** 2) / (2 * 6.0**2))
    image = blob.expand(2, 1, -1, -1)
    first = similarity_theta(torch.tensor([25.0, -40.0]), torch.tensor([0.9, 1.1]))
    second = similarity_theta(torch.tensor([10.0, 30.0]), torch.tensor([1.2, 0.8]))
    twice = warp(warp(image, first), second)
    assert (warp(image, compose_theta(first, second)) - twice).abs().max() < 0.03


def test_image_and_heatmap_move_together():
    image, heatmap = torch.zeros(1, 1, 64, 48), torch.zeros(1, 1, 16, 12)
    image[..., 40:44, 32:36] = 1
    heatmap[..., 10, 8] = 1
    theta = similarity_theta(torch.tensor([20.0]), torch.tensor([1.1]))
    seen = warp(image, theta)
    rows, columns = torch.meshgrid(
        torch.arange(64.0), torch.arange(48.0), indexing='ij'
    )
    center = [float((seen * axis).sum() / seen.sum()) for axis in (columns, rows)]
    peak = (heatmap_peaks(warp(heatmap, theta))[0, 0] * 4 + 1.5).tolist()
    assert math.dist(center, peak) < 4


def test_draws_match_the_public_code():
    rotation, scale = draw_similarity(50_000, 0.25, (0.75, 1.25), 30, 60, 0.8)
    assert scale.std().item() == pytest.approx(0.179, abs=0.003)
    at_limit = (scale == 0.75) | (scale == 1.25)
    assert at_limit.float().mean().item() == pytest.approx(0.32, abs=0.01)
    assert rotation.std().item() == pytest.approx(25.7, abs=0.4)
    assert (rotation == 0).float().mean().item() == pytest.approx(0.2, abs=0.01)
    assert (rotation.abs() == 60).float().mean().item() == pytest.approx(
        0.036, abs=0.005
    )


def test_draws_repeat_for_the_same_seed():
    def draw(seed):
        generator = torch.Generator().manual_seed(seed)
        return torch.cat(
            draw_similarity(8, 0.25, (0.75, 1.25), 30, 60, 0.8, generator=generator)
        )

    assert torch.equal(draw(3), draw(3))
    assert not torch.equal(draw(3), draw(4))


def test_peaks_are_x_y():
    heatmaps = torch.zeros(2, 3, 7, 5)
    heatmaps[1, 2, 6, 1] = 0.3
    assert heatmap_peaks(heatmaps)[1, 2].tolist() == [1, 6]
    assert heatmap_peaks(heatmaps).shape == (2, 3, 2)


def test_subpixel_peaks_of_gaussians_are_their_centers():
    centers = torch.tensor([[3.3, 4.8], [1.0, 9.4], [5.49, 2.51]])
    heatmaps = 0.6 * draw_gaussians(centers, (12, 8), sigma=1.2)
    torch.testing.assert_close(subpixel_peaks(heatmaps), centers, atol=1e-4, rtol=0)
    # By hand: logs 0, 2, 1 bend by 3 and tilt by 1, so the top lies 1/6 to the right.
    row = torch.tensor([0.0, 2.0, 1.0]).exp()
    heatmap = torch.zeros(1, 3, 5)
    heatmap[0, 1, 1:4] = row
    heatmap[0, [0, 2], 2] = row[0]
    assert subpixel_peaks(heatmap)[0].tolist() == pytest.approx([2 + 1 / 6, 1])


def test_subpixel_peaks_at_the_border_and_of_nothing_are_pixels():
    at_border = draw_gaussians(torch.tensor([[0.0, 3.3], [4.0, 6.0]]), (7, 5), 1.2)
    expected = torch.tensor([[0, 3.3], [4, 6]])
    torch.testing.assert_close(subpixel_peaks(at_border), expected)
    assert subpixel_peaks(torch.zeros(2, 3, 7, 5)).tolist() == [[[0, 0]] * 3] * 2
