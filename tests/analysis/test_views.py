"""What the pictures of views show."""

import json
import random

import numpy as np
import pytest
import torch
from mmpose.registry import DATASETS, MODELS

from semi_pose.analysis.pictures import to_image
from semi_pose.analysis.views import (
    compose_views,
    draw_people,
    labeled_pictures,
    lesson_pictures,
    unlabeled_pictures,
)
from semi_pose.evaluation.samples import draw_batch, seeded_batches

from ..helpers.runs import semi_set, supervised_model
from ..helpers.tiny import estimator

CUTOUT = dict(type='JointCutout', num_joints=3, jitter_std=0, half_size=(4, 4))


def make(**changes):
    torch.manual_seed(0)
    return MODELS.build(estimator(joints=17, **changes)).eval()


@pytest.fixture
def batch(synthetic_coco):
    people = DATASETS.build(semi_set(synthetic_coco)).unlabeled
    (batch,) = seeded_batches(people, 3, 0)
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


def test_what_trained_networks_teach(batch):
    model = make(hard_pipeline=[CUTOUT])
    views = compose_views(model, batch)
    rows = lesson_pictures(model, batch)
    assert [len(row) for row in rows] == [5, 5, 5]
    heatmaps = [row[1].heatmaps for row in rows]
    np.testing.assert_allclose(heatmaps, views.teacher)
    assert rows[0][0].heatmaps is None and rows[0][0].joints.shape == (17, 2)


@pytest.mark.parametrize('cutout', [True, False])
def test_without_weights_nothing_is_predicted(batch, cutout):
    box_anywhere = dict(type='RandomCutout', num_boxes=1, half_size=(4, 5))
    model = make(hard_pipeline=[box_anywhere, *([CUTOUT] if cutout else [])])
    for net in model.networks:
        net.forward = None  # may not be called
    rows = unlabeled_pictures(model, batch)
    assert len(rows) == 3
    for row in rows:
        whole, easy, hard = row
        assert all(one.heatmaps is None and one.joints is None for one in row)
        assert whole.image.shape == (256, 192, 3)
        x1, y1, x2, y2 = whole.box
        assert 0 <= x1 < x2 <= 192 and 0 <= y1 < y2 <= 256
        black = (hard.image == 0).all(-1) & ~(easy.image == 0).all(-1)
        assert 0 < black.sum() <= 11 * 11  # the one box with its rim
        assert ('without JointCutout' in hard.caption) is cutout


@pytest.fixture
def labeled(synthetic_coco):
    cfg = semi_set(synthetic_coco)['labeled']
    flip = dict(type='RandomFlip', direction='horizontal', prob=1.0)
    cfg['pipeline'].insert(2, flip)
    return draw_batch(DATASETS.build(cfg), 3, 0)


def test_labels_take_the_teachers_place(labeled):
    model = make(hard_pipeline=[CUTOUT])
    rows = labeled_pictures(model, labeled, is_trained=False)
    for row, sample in zip(rows, labeled['data_samples'], strict=True):
        whole, points, target, hard, moved = row
        truth = sample.gt_fields.heatmaps.numpy()
        np.testing.assert_array_equal(target.heatmaps, truth)
        np.testing.assert_array_equal(moved.heatmaps, truth)  # no affine
        # The boxes lie round joints that are labeled, or at the corner.
        black = (hard.image == 0).all(-1) & ~(points.image == 0).all(-1)
        near = np.zeros(black.shape, bool)
        for x, y in [*points.joints[~np.isnan(points.joints[:, 0])], (0, 0)]:
            near[max(int(y) - 8, 0) : int(y) + 9, max(int(x) - 8, 0) : int(x) + 9] = 1
        assert black.any() and not (black & ~near).any()


def test_the_whole_picture_is_not_turned_round(labeled, synthetic_coco):
    rows = labeled_pictures(make(), labeled, is_trained=True)
    (path,) = synthetic_coco.glob('annotations/person_keypoints_train2017.json')
    people = {one['id']: one for one in json.loads(path.read_text())['annotations']}
    for row, sample in zip(rows, labeled['data_samples'], strict=True):
        assert sample.flip
        person = people[sample.id]
        x, y, width, height = person['bbox']
        expected = x, y, x + width, y + height
        np.testing.assert_allclose(row[0].box, expected, atol=1.01)
        joints = np.array(person['keypoints'], float).reshape(-1, 3)
        shown = joints[:, 2] > 0
        assert (np.isnan(row[0].joints[:, 0]) == ~shown).all()
        np.testing.assert_allclose(row[0].joints[shown], joints[shown, :2], atol=1e-3)


def test_pixels_of_the_mean_color_are_not_black(batch):
    model = make(hard_pipeline=[])
    for image in batch['inputs']:
        image[:, 30, 20] = 127
    views = compose_views(model, batch)
    assert (views.easy[:, 30, 20] == 127).all()
    assert (views.easy[:, 29, 19] > 0).any()


def test_a_stock_model_shows_labels_and_prediction(labeled):
    model = MODELS.build(supervised_model()).eval()
    rows = labeled_pictures(model, labeled, is_trained=True)
    images = model.data_preprocessor(labeled)['inputs']
    found = model(images, None).detach().numpy()
    np.testing.assert_allclose([row[3].heatmaps for row in rows], found, rtol=1e-5)


def test_drawing_leaves_the_model_and_the_draws_alone(batch):
    model = make(hard_pipeline=[CUTOUT]).train()
    model.peer.eval()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    for seeded in (torch.manual_seed, np.random.seed, random.seed):
        seeded(0)
    expected = torch.rand(1), np.random.rand(), random.random()
    for seeded in (torch.manual_seed, np.random.seed, random.seed):
        seeded(0)
    pictures = [to_image(draw_people(model, batch, [(0, 1)])) for _ in range(2)]
    assert (torch.rand(1), np.random.rand(), random.random()) == expected
    assert (pictures[0] == pictures[1]).all() and pictures[0].std() > 20
    assert model.training and model.backbone.bn.training and not model.peer.training
    assert all(torch.equal(model.state_dict()[key], before[key]) for key in before)
