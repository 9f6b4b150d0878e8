"""Signs of doubt, measured on networks whose heatmaps are known."""

import numpy as np
import pandas as pd
import pytest
import torch
from mmpose.registry import DATASETS, MODELS

from semi_pose.active_learning import combined_score, hard_view_of, judge_people
from semi_pose.active_learning.scoring import FAR
from semi_pose.evaluation.samples import seeded_batches

from ..helpers.runs import AFFINE, LOAD, PACK, coco_set, supervised_model
from ..helpers.tiny import codec, estimator


class Spot(torch.nn.Module):
    """A head that sees every joint at one place, with one peak."""

    def __init__(self, x, y, peak=1.0):
        super().__init__()
        self.place = y, x
        self.peak = peak
        from mmpose.registry import KEYPOINT_CODECS

        self.decoder = KEYPOINT_CODECS.build(codec())

    def forward(self, features):
        heatmaps = torch.zeros(len(features[0]), 17, 16, 12)
        heatmaps[:, :, self.place[0], self.place[1]] = self.peak
        return heatmaps

    def decode(self, heatmaps):
        return MODELS.get('HeatmapHead').decode(self, heatmaps)


@pytest.fixture
def batches(synthetic_coco):
    people = coco_set(
        synthetic_coco, 'train', [*LOAD, AFFINE, PACK], type='UnlabeledDataset'
    )
    return list(seeded_batches(DATASETS.build(people), 6, seed=0, batch_size=4))


def dual(first, second, **changes):
    model = MODELS.build(estimator(17, hard_pipeline=[], **changes)).eval()
    model.head, model.peer.head = first, second
    return model


def test_the_distance_of_two_networks_is_a_share_of_the_box(batches):
    judged = judge_people(dual(Spot(4, 8), Spot(4, 5)), batches, views=1)
    boxes = np.stack(
        [one.gt_instances.bboxes[0] for part in batches for one in part['data_samples']]
    )
    scales = np.stack(
        [one.input_scale for part in batches for one in part['data_samples']]
    )
    # 3 of 16 heatmap pixels down, of the crop's height.
    wanted = 3 / 16 * scales[:, 1] / (boxes[:, 2:] - boxes[:, :2]).max(1)
    np.testing.assert_allclose(judged.table.disagreement, wanted, rtol=1e-4)
    assert judged.table.peak.tolist() == [1] * 6
    assert judged.features.shape == (6, 8)
    lengths = np.linalg.norm(judged.features.astype(float), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-2)


def test_no_joint_counts_as_further_than_the_limit(batches):
    judged = judge_people(dual(Spot(0, 0), Spot(11, 15)), batches, views=1)
    np.testing.assert_allclose(judged.table.disagreement, FAR, rtol=1e-6)


def test_a_prediction_that_moves_with_the_picture_is_consistent(batches, monkeypatch):
    from semi_pose.active_learning import scoring

    def follow(network, images, easy, view):
        return easy, torch.ones(easy.shape[:2], dtype=torch.bool)

    def stray(network, images, easy, view):
        shown = torch.zeros(easy.shape[:2], dtype=torch.bool)
        shown[:, 0] = True  # the only joint that the hard view shows
        moved = easy.roll(2, dims=-2)
        moved[:, 1:] = 0
        return moved, shown

    model = dual(Spot(4, 8), Spot(4, 8))
    monkeypatch.setattr(scoring, 'predict_hard', follow)
    table = judge_people(model, batches, views=2).table
    assert table.inconsistency.tolist() == [0] * 6 == table.disagreement.tolist()
    monkeypatch.setattr(scoring, 'predict_hard', stray)
    table = judge_people(model, batches, views=2).table
    model.peer.head = Spot(4, 6)
    apart = judge_people(model, batches, views=1).table.disagreement
    np.testing.assert_allclose(table.inconsistency, apart, rtol=1e-4)


def test_the_same_seed_gives_the_same_measures(batches):
    model = MODELS.build(estimator(17, hard_pipeline=[dict(type='HardAffine')])).eval()
    first, again, other = (judge_people(model, batches, 1, s).table for s in (0, 0, 1))
    pd.testing.assert_frame_equal(first, again)
    assert (first.inconsistency != other.inconsistency).any()
    assert first.disagreement.tolist() == other.disagreement.tolist()


def test_one_network_has_no_disagreement_and_the_papers_view(batches):
    model = MODELS.build(supervised_model()).eval()
    assert [type(one).__name__ for one in hard_view_of(model)] == [
        'JointCutout',
        'HardAffine',
    ]
    table = judge_people(model, batches, views=1).table
    assert set(table) == {'inconsistency', 'peak'}
    assert combined_score(table).between(0, 1).all()


def test_the_score_is_the_mean_of_ranks():
    table = pd.DataFrame(
        dict(
            disagreement=[0.1, 0.2, 0.3], inconsistency=[5, 5, 9], peak=[0.9, 0.1, 0.5]
        )
    )
    # Ranks from 0 to 1: (0, .5, 1), (.25, .25, 1), (0, 1, .5).
    wanted = np.array([0.25, 1.75, 2.5]) / 3
    np.testing.assert_allclose(combined_score(table), wanted)
