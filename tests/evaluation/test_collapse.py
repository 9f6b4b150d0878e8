"""The measures of the collapse, checked by hand."""

import random

import numpy as np
import pytest
import torch
from mmpose.registry import DATASETS, MODELS

from semi_pose.evaluation.collapse import (
    evaluating,
    has_collapsed,
    judge_collapse,
    measure_collapse,
    value_shares,
    view_gap,
)
from semi_pose.evaluation.samples import own_randomness, seeded_batches

from ..helpers.runs import semi_set
from ..helpers.tiny import estimator

CPU = torch.device('cpu')


def dots(peaks, height=16, width=12):
    """Heatmaps of zeros, each with one pixel: (x, y, value)."""
    heatmaps = torch.zeros(len(peaks), height, width)
    for heatmap, (x, y, value) in zip(heatmaps, peaks, strict=True):
        heatmap[y, x] = value
    return heatmaps


@pytest.fixture
def batches(synthetic_coco):
    pairs = DATASETS.build(semi_set(synthetic_coco))
    sets = (pairs.unlabeled, pairs.labeled)
    return [next(seeded_batches(one, 4, 0)) for one in sets]


def test_values_fall_into_five_bins():
    values = torch.tensor([-0.5, 0.0, 0.19, 0.2, 0.39, 0.5, 0.6, 0.8, 1.0, 1.7])
    expected = torch.tensor([0.3, 0.2, 0.1, 0.1, 0.3])
    torch.testing.assert_close(value_shares(values), expected)


def test_gap_and_distance_of_the_peaks():
    teachers = dots([(1, 1, 0.8), (2, 2, 0.6)])
    targets = dots([(4, 4, 0.8), (5, 5, 0.6)])
    students = dots([(7, 8, 0.3), (5, 5, 0.5)])
    gap, distance = view_gap(teachers, targets, students)
    assert gap.item() == pytest.approx((0.5 + 0.1) / 2)
    # (3, 4) pixels and none, on a diagonal of 20.
    assert distance.item() == pytest.approx(5 / 2 / 20)


def test_joints_that_the_hard_view_has_lost_do_not_count():
    teachers = dots([(1, 1, 0.8), (2, 2, 0.6)])
    targets = dots([(4, 4, 0.8), (0, 0, 0.29)])
    students = dots([(4, 4, 0.7), (11, 15, 0.0)])
    gap, distance = view_gap(teachers, targets, students)
    assert gap.item() == pytest.approx(0.1)
    assert distance.item() == 0


def test_no_joint_left_gives_zeros():
    gap, distance = view_gap(*(dots([(3, 3, v)]) for v in (0.8, 0.1, 0.5)))
    assert (gap.item(), distance.item()) == (0, 0)


def test_modules_come_back_in_their_own_modes():
    model = MODELS.build(estimator()).train()
    model.backbone.bn.eval()  # as norm_eval does
    model.head.requires_grad_(False)
    before = {name: one.training for name, one in model.named_modules()}
    with pytest.raises(RuntimeError), evaluating(model):
        assert not any(one.training for one in model.modules())
        raise RuntimeError
    assert {name: one.training for name, one in model.named_modules()} == before


def test_draws_go_on_as_before():
    def draw():
        return torch.rand(1).item(), np.random.rand(), random.random()

    random.seed(1)
    first, inside, second = draw(), [], draw()
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(1)
    assert draw() == first
    for seed in (7, 7, 8):
        with own_randomness(seed, CPU):
            inside.append(draw())
    assert draw() == second
    assert inside[0] == inside[1] != inside[2]


def test_a_measurement_leaves_the_model_alone(batches):
    hard_pipeline = [dict(type='JointCutout'), dict(type='HardAffine')]
    model = MODELS.build(estimator(joints=17, hard_pipeline=hard_pipeline)).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    first = measure_collapse(model, *batches)
    assert first == measure_collapse(model, *batches)
    assert first != measure_collapse(model, *batches, seed=1)
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)
    assert all(value.grad is None for value in model.parameters())
    assert all(one.training for one in model.networks)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert (np.random.get_state()[1] == numpy_state).all()


def test_mean_teachers_are_measured_in_the_networks_place(batches):
    model = MODELS.build(estimator(joints=17, peer=None, mean_teacher=0.001))
    before = measure_collapse(model, *batches)
    (teacher,) = model.mean_teachers
    teacher.network[-1].final_layer.bias.data += 2
    after = measure_collapse(model, *batches)
    for key, rise in (('response', 2), ('labeled_response', 2), ('response_hard', 0)):
        change = after[f'collapse/{key}'] - before[f'collapse/{key}']
        assert change == pytest.approx(rise, abs=1e-5)


def test_views_drawn_by_both_sides_are_compared_in_one_frame(batches):
    class Downscale(torch.nn.Module):
        """Sees a joint where the picture is bright."""

        def forward(self, features):
            maps = torch.nn.functional.avg_pool2d(features, 4)
            return maps.mean(1, keepdim=True).expand(-1, 17, -1, -1)

    affine = dict(type='HardAffine', scale_std=0, rotation_std=60, rotation_prob=1)
    model = MODELS.build(
        estimator(joints=17, peer=None, hard_pipeline=[affine], teacher_view=affine)
    )
    model.backbone, model.head = torch.nn.Identity(), Downscale()
    unlabeled, labeled = batches
    for image in unlabeled['inputs']:
        image[:] = 127
        image[:, 12:20, 8:16] = 255
    values = measure_collapse(model, unlabeled, labeled)
    # About a pixel of a diagonal of 20; it would be several in frames of their own.
    assert values['collapse/distance'] < 0.08
    assert values['collapse/response'] > 0.7


def test_the_verdict_on_a_run():
    def measured(labeled, *networks):
        keys = [f'collapse/net{n}/response' for n in range(len(networks))]
        values = dict(zip(keys, networks, strict=True))
        return values | {'collapse/labeled_response': labeled}

    run = [measured(0.8, 0.7, 0.7), measured(0.6, 0.5, 0.39)]
    verdict = judge_collapse(run)
    assert (verdict.response, verdict.labeled) == (0.39, 0.8)
    assert verdict.collapsed and not judge_collapse(run[:1]).collapsed
    assert not judge_collapse(run, ratio=0.4).collapsed
    # Heatmaps that never showed a joint cannot have lost it.
    assert not has_collapsed(0.01, labeled=0.1)
    assert has_collapsed(0.01, labeled=0.1, threshold=0.05)
