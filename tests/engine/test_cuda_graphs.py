"""Recorded passes, through a real Runner. Only the recording itself needs a GPU."""

import pytest
import torch
from mmengine.hooks import Hook

from semi_pose.engine import cuda_graphs
from semi_pose.engine.hooks import cuda_graphs as hook
from semi_pose.errors import UserError

from ..helpers.runs import build_runner

HOOKS = [dict(type='SemiRunner'), dict(type='CudaGraphs')]
needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')


class Recorder:
    """Stands in for a GPU's recordings: counts them, and computes as usual."""

    def __init__(self):
        self.recorded, self.replayed = [], []

    def __call__(self, part, forward, args):
        number = len(self.recorded)
        self.recorded.append((part, torch.is_grad_enabled()))

        def replay(*args):
            self.replayed.append(number)
            return forward(*args)

        return replay


@pytest.fixture
def recorder(monkeypatch):
    recorder = Recorder()
    monkeypatch.setattr(cuda_graphs, 'record_pass', recorder)
    monkeypatch.setattr(hook, 'reasons_against', lambda runner: ())
    return recorder


def train(root, work_dir, hooks, **changes):
    runner = build_runner(root, work_dir, custom_hooks=hooks, **changes)
    runner.train()
    return runner


def test_each_pass_of_a_step_has_a_recording_of_its_own(
    recorder, synthetic_coco, tmp_path
):
    monitor = dict(type='CollapseMonitor', interval=1, num=4)
    runner = train(synthetic_coco, tmp_path / 'graphs', [*HOOKS, monitor])
    model = runner.model
    backbones = (model.backbone, model.peer.backbone)
    for backbone in backbones:  # labeled, easy and hard view
        kinds = [grad for part, grad in recorder.recorded if part is backbone]
        assert kinds == [True, False, True]
    # Two networks of a backbone and a head; three steps. The validation and the
    # measurements of CollapseMonitor add none.
    assert len(recorder.recorded) == 12
    assert sorted(recorder.replayed) == sorted(3 * list(range(12)))
    assert 'forward' not in vars(model.backbone)
    assert 'train_step' not in vars(model)


def test_a_run_with_recordings_trains_as_before(recorder, synthetic_coco, tmp_path):
    plain = train(synthetic_coco, tmp_path / 'plain', HOOKS[:1])
    graphs = train(synthetic_coco, tmp_path / 'graphs', HOOKS)
    for key, value in plain.model.state_dict().items():
        assert torch.equal(graphs.model.state_dict()[key], value), key


def test_teachers_that_follow_are_recorded_too(recorder, synthetic_coco, tmp_path):
    runner = build_runner(synthetic_coco, tmp_path / 'run', custom_hooks=HOOKS)
    cfg = runner.cfg.copy()
    cfg.model.update(peer=None, mean_teacher=0.1)
    cfg.experiment_name = 'mean_teacher'
    runner = type(runner).from_cfg(cfg)
    runner.train()
    teacher = runner.model.mean_teachers[0].network
    assert {part for part, grad in recorder.recorded if not grad} == set(teacher)


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({}, 'use a GPU'),
        (dict(accumulate=2), 'accumulative_counts=1'),
        (dict(pin_memory=True), 'pin_memory=False'),
        (dict(with_cp=True), 'with_cp=False'),
        (dict(one_path_at_a_time=True), 'one_path_at_a_time=False'),
    ],
)
def test_it_says_what_stands_against_recordings(
    changes, reason, synthetic_coco, tmp_path, monkeypatch
):
    runner = build_runner(synthetic_coco, tmp_path / 'run')
    runner._train_loop = runner.build_train_loop(runner._train_loop)
    runner.optim_wrapper = runner.build_optim_wrapper(
        dict(runner.optim_wrapper, accumulative_counts=changes.get('accumulate', 1))
    )
    runner.train_dataloader.pin_memory = changes.get('pin_memory', False)
    runner.model.backbone.with_cp = changes.get('with_cp', False)
    runner.model.one_path_at_a_time = changes.get('one_path_at_a_time', False)
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: bool(changes))
    with pytest.raises(UserError, match=reason):
        hook.CudaGraphs().before_train(runner)


@pytest.mark.parametrize(
    ('sizes', 'replayed'),
    [((4, 1, 4), [0, 0]), ((1, 4, 1, 4), [0, 1, 1])],
    ids=['at the end of an epoch', 'resumed there'],
)
def test_a_smaller_batch_is_not_recorded(recorder, sizes, replayed):
    # A recording would keep its memory.
    linear = torch.nn.Linear(2, 2)
    passes = cuda_graphs.GraphedPart(linear)
    found = []
    for size in sizes:
        passes.call = 0
        found.append(linear(torch.ones(size, 2)))
    assert recorder.replayed == replayed
    passes.remove()
    for size, one in zip(sizes, found, strict=True):
        assert torch.equal(one, linear(torch.ones(size, 2)))


def test_a_replaced_forward_comes_back():
    part = torch.nn.Linear(2, 2)
    part.forward = replaced = torch.relu  # a compiled one is set so too
    cuda_graphs.GraphedPart(part).remove()
    assert part.forward is replaced


class Losses(Hook):
    """Note the loss of each step."""

    def before_train(self, runner):
        self.seen = []

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.seen.append(outputs['loss'].item())


@needs_gpu
@pytest.mark.parametrize('wrapper', ['OptimWrapper', 'Bf16OptimWrapper'])
def test_replayed_steps_train_as_plain_ones(wrapper, synthetic_coco, tmp_path):
    states, losses = [], []
    for name, hooks in (('plain', HOOKS[:1]), ('graphs', HOOKS)):
        runner = build_runner(
            synthetic_coco,
            tmp_path / name,
            custom_hooks=hooks,
            optim_wrapper=dict(type=wrapper, optimizer=dict(type='SGD', lr=1e-2)),
            train_cfg=dict(type='IterBasedTrainLoop', max_iters=6, val_interval=3),
        )
        spy = Losses()
        runner.register_hook(spy)
        runner.train()
        states.append(runner.model.state_dict())
        losses.append(spy.seen)
    torch.testing.assert_close(losses[1], losses[0], rtol=1e-2, atol=1e-6)
    tolerance = 1e-2 if 'Bf16' in wrapper else 1e-3
    for key, value in states[0].items():
        torch.testing.assert_close(
            states[1][key], value, rtol=tolerance, atol=tolerance, msg=key
        )
        if key.endswith('num_batches_tracked'):
            assert torch.equal(states[1][key], value)


@needs_gpu
def test_recording_changes_nothing_of_the_part():
    part = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Dropout()
    ).cuda()
    before = {key: value.clone() for key, value in part.state_dict().items()}
    images = torch.rand(2, 3, 8, 8, device='cuda')
    torch.cuda.manual_seed(0)
    replay = cuda_graphs.record_pass(part, part.forward, (images,))
    assert all(torch.equal(part.state_dict()[key], one) for key, one in before.items())
    torch.cuda.manual_seed(0)
    found = replay(images)
    torch.cuda.manual_seed(0)
    torch.testing.assert_close(found, part(images))
