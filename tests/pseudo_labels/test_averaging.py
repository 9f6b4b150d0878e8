"""Averages over scaled views against values by hand."""

import pytest
import torch
import torch.nn.functional as F

from semi_pose.geometry import heatmap_peaks, warp
from semi_pose.pseudo_labels import average_views, zoom_theta


def test_a_scale_above_one_magnifies():
    image = torch.zeros(1, 1, 9, 9)
    image[0, 0, 4, 6] = 1
    # 2 pixels right of the centre, 4 when twice as large.
    assert heatmap_peaks(warp(image, zoom_theta(2.0, image))).tolist() == [[[8, 4]]]


def blobs(centers):
    rows, columns = torch.meshgrid(
        torch.arange(64.0), torch.arange(48.0), indexing='ij'
    )
    return torch.stack(
        [
            torch.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 6.0**2))
            for x, y in centers
        ]
    )[None]


def test_peaks_come_back_to_their_place():
    # Centres of heatmap pixels (3, 4), (8, 12) and (6, 2), at stride 4.
    pixels = [(3, 4), (8, 12), (6, 2)]
    images = blobs([(4 * x + 1.5, 4 * y + 1.5) for x, y in pixels])
    seen = []

    def network(view):
        heatmaps = F.avg_pool2d(view, 4)
        seen.append(heatmap_peaks(heatmaps))
        return heatmaps

    average = average_views(network, images, (0.7, 1.0, 1.4))
    assert heatmap_peaks(average)[0].tolist() == [list(pixel) for pixel in pixels]
    # The views did differ.
    assert not torch.equal(seen[0], seen[1]) and not torch.equal(seen[1], seen[2])
    torch.testing.assert_close(average, F.avg_pool2d(images, 4), atol=0.07, rtol=0)


def test_only_views_that_cover_a_pixel_count():
    answers = iter([1.0, 3.0])

    def network(view):
        return torch.full((2, 5, 16, 12), next(answers))

    average = average_views(network, torch.zeros(2, 3, 64, 48), (1.0, 2.0))
    # Twice as large the view shows the middle half: rows 4-11, columns 3-8.
    torch.testing.assert_close(
        average[..., 4:12, 3:9], torch.full((2, 5, 8, 6), 2.0), atol=1e-4, rtol=0
    )
    average[..., 3:13, 2:10] = 1
    torch.testing.assert_close(average, torch.ones(2, 5, 16, 12), atol=1e-4, rtol=0)


@pytest.mark.parametrize('scales', [(1.0,), (0.8, 1.0, 1.2), (0.6, 0.7)])
def test_the_rim_is_not_lowered(scales):
    average = average_views(
        lambda view: torch.ones(1, 2, 16, 12), torch.zeros(1, 3, 64, 48), scales
    )
    torch.testing.assert_close(average, torch.ones(1, 2, 16, 12), atol=1e-4, rtol=0)


def test_what_no_view_covers_is_zero():
    average = average_views(
        lambda view: torch.ones(1, 2, 16, 12), torch.zeros(1, 3, 64, 48), (2.0,)
    )
    assert average[0, 0, 8, 6] == 1
    assert average[..., :3, :].abs().max() == 0
