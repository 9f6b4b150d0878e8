import numpy as np
import pytest
import torch
from mmpose.registry import DATASETS, MODELS

from semi_pose.analysis import compose_views, draw_views
from semi_pose.analysis.views import _draw_joints
from semi_pose.evaluation.samples import unlabeled_batches

from ..helpers.runs import semi_set
from ..helpers.tiny import estimator

CUTOUT = dict(type='JointCutout', num_joints=3, jitter_std=0, half_size=(4, 4))


def make(**changes):
    torch.manual_seed(0)
    return MODELS.build(estimator(joints=17, **changes)).eval()


@pytest.fixture
def batch(synthetic_coco):
    people = DATASETS.build(semi_set(synthetic_coco)).unlabeled
    (batch,) = unlabeled_batches(people, 3, 0)
    return batch


def test_the_other_network_teaches(batch):
    model = make(hard_pipeline=[])
    views = compose_views(model, batch)
    images = model.data_preprocessor(batch)['inputs']
    with torch.no_grad():
        first, second = (net(images, None).numpy() for net in model.networks)
    assert not np.allclose(first, second)
    np.testing.assert_allclose(views.teacher, second, rtol=1e-5)
    np.testing.assert_allclose(views.target, second, rtol=1e-5)
    np.testing.assert_allclose(views.student, first, rtol=1e-5)


def test_one_network_teaches_itself(batch):
    views = compose_views(make(peer=None, hard_pipeline=[]), batch)
    np.testing.assert_allclose(views.teacher, views.student, rtol=1e-5)


def test_pictures_are_the_crops_in_rgb(batch):
    views = compose_views(make(hard_pipeline=[]), batch)
    bgr = torch.stack(batch['inputs']).permute(0, 2, 3, 1).numpy()
    # This model takes BGR: its images are shown with the channels turned round.
    assert views.easy.shape == bgr.shape and views.easy.dtype == np.uint8
    assert np.abs(views.easy[..., ::-1].astype(int) - bgr)[bgr != 127].max() <= 1


def test_cutouts_are_black(batch):
    views = compose_views(make(hard_pipeline=[CUTOUT]), batch)
    black = (views.hard == 0).all(-1)
    # At most 3 boxes of 8 x 8 px with their rims, and what was black before.
    assert 16 <= black.sum() / len(black) <= 3 * 100 + (views.easy == 0).all(-1).sum()
    same = (views.hard == views.easy).all(-1)
    assert (same | black).all()


def test_a_row_a_sample(batch):
    views = compose_views(make(hard_pipeline=[CUTOUT]), batch)
    figure = draw_views(views, [(0, 1)])
    assert len(figure.axes) == 3 * 5
    titles = [axes.get_title() for axes in figure.axes]
    assert all(titles[:5]) and not any(titles[5:])
    # Heatmaps lie over the whole picture.
    for axes in figure.axes:
        assert all(
            image.get_extent() == [-0.5, 47.5, 63.5, -0.5] for image in axes.images
        )


def test_joints_are_drawn_where_the_heatmaps_peak():
    heatmaps = np.zeros((3, 16, 12), np.float32)
    heatmaps[0, 5, 2], heatmaps[1, 6, 3], heatmaps[2, 7, 4] = 0.9, 0.5, 0.05
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    _draw_joints(axes, heatmaps, 4, [(0, 1), (1, 2)])
    lines, points = axes.collections
    # Center of heatmap pixel 2 at stride 4: (2 + 0.5) * 4 - 0.5 = 9.5.
    np.testing.assert_allclose(points.get_offsets(), [(9.5, 21.5), (13.5, 25.5)])
    # Joint 2 is too weak to be shown, and so is the link to it.
    assert len(lines.get_segments()) == 1
