"""The mean teacher: what it averages, and what leaves it alone."""

import pytest
import torch
from mmengine.runner import load_checkpoint
from mmpose.registry import MODELS

from ..helpers.runs import build_runner
from ..helpers.tiny import estimator


def build():
    model = MODELS.build(estimator(peer=None, mean_teacher=0.1))
    (teacher,) = model.mean_teachers
    return model, teacher


def fill(model, value):
    with torch.no_grad():
        model.head.final_layer.weight.fill_(value)
        model.backbone.bn.running_mean.fill_(2 * value)
        model.backbone.bn.num_batches_tracked.fill_(value)


def values(teacher):
    bn = teacher.network[0].bn
    weight = teacher.network[-1].final_layer.weight
    return [float(tensor.flatten()[0]) for tensor in (weight, bn.running_mean)] + [
        int(bn.num_batches_tracked)
    ]


def test_the_first_update_copies():
    model, teacher = build()
    fill(model, 3)
    model.update_teachers(step=0, epoch_length=10, updates=0)
    assert values(teacher) == [3, 6, 3]


def test_averages_by_hand():
    model, teacher = build()
    for step, value in enumerate((4, 8)):
        fill(model, value)
        model.update_teachers(step, epoch_length=10, updates=step)
    # The share is 1 / 2, as long as that is more than 0.1.
    assert values(teacher) == [6, 12, 8]
    fill(model, 16)
    model.update_teachers(step=200, epoch_length=10, updates=100)
    assert values(teacher) == pytest.approx([0.9 * 6 + 1.6, 0.9 * 12 + 3.2, 16])


def test_steps_that_only_add_up_gradients_do_not_count(synthetic_coco, tmp_path):
    runner = build_runner(
        synthetic_coco,
        tmp_path,
        model=estimator(joints=17, peer=None, mean_teacher=0.1),
        optim_wrapper=dict(accumulative_counts=2, optimizer=dict(type='SGD', lr=0.01)),
        train_cfg=dict(type='IterBasedTrainLoop', max_iters=4, val_interval=10),
    )
    counts = []
    runner.model.update_teachers = lambda *args: counts.append(args[2])
    runner.train()
    assert counts == [0, None, 1, None]


def test_it_learns_nothing_and_its_statistics_stay():
    model, teacher = build()
    model.train()
    before = [tensor.clone() for tensor in teacher.state_dict().values()]
    images = torch.rand(2, 3, 64, 48)
    assert not teacher(images).requires_grad
    assert not any(module.training for module in teacher.modules())
    for tensor, old in zip(teacher.state_dict().values(), before, strict=True):
        assert torch.equal(tensor, old)


def test_a_run_moves_it_and_a_checkpoint_keeps_it(synthetic_coco, tmp_path):
    model = estimator(
        joints=17,
        peer=None,
        mean_teacher=0.25,
        hard_pipeline=[dict(type='HardAffine')],
    )
    runner = build_runner(synthetic_coco, tmp_path / 'run', model=model)
    states = []
    update = runner.model.update_teachers

    def spy(*args):
        update(*args)
        states.append(runner.model.head.final_layer.weight.detach().clone())

    runner.model.update_teachers = spy
    runner.train()
    # Shares 1, 1/2 and 1/3: the plain mean of the three networks that steps began with.
    average = runner.model.mean_teachers[0].network[-1].final_layer.weight
    torch.testing.assert_close(average, torch.stack(states).mean(0))
    again = MODELS.build(model)
    load_checkpoint(again, str(tmp_path / 'run/iter_3.pth'), strict=True)
    torch.testing.assert_close(
        again.mean_teachers[0].network[-1].final_layer.weight, average
    )
    metrics = runner.val_loop.run()
    assert {'net1/coco/AP', 'ema/coco/AP'} <= set(metrics)
