"""Runs that are ended at a step and go on, against runs that are not."""

import os
import signal

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.optim import LinearLR, MultiStepLR
from mmpose.registry import HOOKS

from semi_pose.engine.checkpoints import read_checkpoint
from semi_pose.engine.hooks import SaveOnSignal
from semi_pose.engine.resuming import (
    advance,
    finished_message,
    keep_seed,
    resumed_meta,
)
from semi_pose.engine.runner import ResumableRunner
from semi_pose.errors import Stopped
from semi_pose.runs import newest_checkpoint

from ..helpers.runs import AFFINE, LOAD, PACK, SEMI_HOOK, coco_set, run_config, semi_set
from ..helpers.tiny import estimator

BATCHES = 6  # of an epoch


@HOOKS.register_module()
class SignalAt(Hook):
    """Sends this process a signal after a step."""

    def __init__(self, step, number=signal.SIGTERM):
        self.step = step
        self.number = number

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if runner.iter + 1 == self.step:
            os.kill(os.getpid(), self.number)


def config(root, work_dir, by_epoch=True, workers=0, hooks=(), **changes):
    """All states of a run: followers of networks, averages, schedules, a monitor."""
    random_views = [*LOAD, dict(type='RandomFlip'), dict(type='RandomSimilarity')]
    unlabeled = coco_set(root, 'train', [*random_views, AFFINE, PACK])
    unlabeled.update(type='UnlabeledDataset', indices=4 * BATCHES)
    model = estimator(
        joints=17,
        paths=[
            [dict(type='RandAugment'), dict(type='JointCutout')],
            [dict(type='CutOcclude'), dict(type='RandomCutMix')],
        ],
        hard_pipeline=[dict(type='HardAffine')],
        mean_teacher=0.01,
        student='same',
    )
    loop = dict(type='IterBasedTrainLoop', max_iters=10, val_interval=7)
    if by_epoch:
        loop = dict(by_epoch=True, max_epochs=2, val_interval=1)
    sampler = 'DefaultSampler' if by_epoch else 'InfiniteSampler'
    return run_config(
        root,
        work_dir,
        model=model,
        train_cfg=loop,
        train_dataloader=dict(
            batch_size=4,
            num_workers=workers,
            persistent_workers=workers > 0,
            sampler=dict(type=sampler, shuffle=True),
            dataset=semi_set(root, unlabeled=unlabeled),
        ),
        param_scheduler=[
            dict(type='LinearLR', start_factor=0.1, by_epoch=False, end=10),
            dict(type='MultiStepLR', milestones=[2], by_epoch=by_epoch),
        ],
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', by_epoch=by_epoch, interval=1)
        ),
        custom_hooks=[
            SEMI_HOOK,
            dict(type='CollapseMonitor', interval=3, num=4),
            dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.1),
            *hooks,
        ],
        randomness=dict(seed=3, diff_rank_seed=True),
        experiment_name=f'{work_dir.parent.name}_{work_dir.name}',
        **changes,
    )


def train(cfg, interval=1):
    runner = ResumableRunner.from_cfg(cfg)
    runner.register_hook(SaveOnSignal(interval))
    runner.train()
    return runner


def weights(runner):
    state = runner.model.state_dict()
    (ema,) = (one for one in runner.hooks if type(one).__name__ == 'EMAHook')
    state['monitor'] = torch.tensor(runner.message_hub.get_info('collapse_monitor'))
    return {**state, **{f'ema.{k}': v for k, v in ema.ema_model.state_dict().items()}}


def assert_equal(first, second):
    assert first.keys() == second.keys()
    unequal = [name for name in first if not torch.equal(first[name], second[name])]
    assert not unequal


@pytest.fixture(scope='module')
def whole(synthetic_coco, tmp_path_factory):
    """The weights of runs from start to end, by kind of loop."""
    found = {}

    def get(by_epoch):
        if by_epoch not in found:
            folder = tmp_path_factory.mktemp('whole') / 'run'
            found[by_epoch] = weights(train(config(synthetic_coco, folder, by_epoch)))
        return found[by_epoch]

    return get


@pytest.mark.parametrize(
    ('by_epoch', 'workers', 'step'),
    [
        (True, 0, 8),  # in mid-epoch
        (True, 2, 8),
        (True, 1, BATCHES),  # after the last step of an epoch
        (False, 0, 5),
        (False, 2, 7),  # before a validation
    ],
)
def test_it_ends_with_the_weights_of_a_run_that_was_not_stopped(
    whole, synthetic_coco, tmp_path, by_epoch, workers, step
):
    def again(**changes):
        return config(synthetic_coco, tmp_path / 'run', by_epoch, workers, **changes)

    with pytest.raises(Stopped, match=f'step {step} is saved'):
        train(again(hooks=[dict(type='SignalAt', step=step)]))
    path, torn = newest_checkpoint(tmp_path / 'run')
    assert path.endswith('/interrupted.pth') and not torn
    saved = read_checkpoint(str(path))['meta']
    assert saved['iter'] == step
    runner = train(again(resume=True, load_from=path))
    assert_equal(weights(runner), whole(by_epoch))
    assert not (tmp_path / 'run/interrupted.pth').exists()


def test_it_goes_on_from_the_end_of_an_epoch(whole, synthetic_coco, tmp_path):
    train(config(synthetic_coco, tmp_path / 'a'))
    path = str(tmp_path / 'a/epoch_1.pth')
    changes = dict(workers=1, resume=True, load_from=path)
    runner = train(config(synthetic_coco, tmp_path / 'b', **changes))
    assert runner.iter == 2 * BATCHES
    assert_equal(weights(runner), whole(True))


def test_another_seed_trains_other_weights(whole, synthetic_coco, tmp_path):
    cfg = config(synthetic_coco, tmp_path / 'run')
    cfg.randomness.seed = 4
    name = 'backbone.conv.weight'
    assert not torch.equal(whole(True)[name], weights(train(cfg))[name])


def test_a_run_without_a_seed_goes_on_with_the_one_that_it_drew(
    synthetic_coco, tmp_path
):
    def again(folder='run', seed=None, **changes):
        cfg = config(synthetic_coco, tmp_path / folder, **changes)
        cfg.randomness.seed = seed
        return cfg

    with pytest.raises(Stopped):
        train(again(hooks=[dict(type='SignalAt', step=8)]))
    path, _ = newest_checkpoint(tmp_path / 'run')
    cfg = again(resume=True, load_from=path)
    meta = resumed_meta(cfg)
    keep_seed(cfg, meta)
    assert cfg.randomness == dict(seed=meta['seed'], diff_rank_seed=True)
    whole = train(again('whole', seed=meta['seed']))
    assert_equal(weights(train(cfg)), weights(whole))
    named = Config(dict(randomness=dict(seed=5)))
    keep_seed(named, meta)
    assert named.randomness.seed == 5


@pytest.mark.parametrize(('epoch', 'is_finished'), [(1, False), (2, True), (3, True)])
def test_a_run_that_counts_epochs_is_finished(tmp_path, epoch, is_finished):
    path = str(tmp_path / 'epoch.pth')
    torch.save(dict(meta=dict(epoch=epoch, iter=999)), path)
    cfg = Config(dict(resume=True, load_from=path, train_cfg=dict(max_epochs=2)))
    said = finished_message(cfg, resumed_meta(cfg))
    assert (said is not None) is is_finished
    if is_finished:
        assert f'{path} has {epoch} epochs' in said
        assert f'train_cfg.max_epochs={2 * epoch}' in said
    cfg.resume = False
    assert finished_message(cfg, resumed_meta(cfg)) is None


def test_a_finished_run_says_how_to_make_its_schedule_longer(tmp_path):
    path = str(tmp_path / 'iter.pth')
    torch.save(dict(meta=dict(iter=60)), path)
    cosine = dict(type='CosineAnnealingLR', T_max=60, end=60, by_epoch=False)
    cfg = Config(dict(resume=True, load_from=path, train_cfg=dict(max_iters=60)))
    cfg.param_scheduler = [cosine]
    said = finished_message(cfg, resumed_meta(cfg))
    assert said.endswith(
        'add --reset-optimizer --cfg-options train_cfg.max_iters=120 '
        'param_scheduler.0.T_max=120 param_scheduler.0.end=120.'
    )
    cfg.param_scheduler = [dict(type='MultiStepLR', milestones=[50], by_epoch=False)]
    assert 'schedule' not in finished_message(cfg, resumed_meta(cfg))


@pytest.mark.parametrize('steps', [4, 7, 11, 12])  # of epochs of 4
def test_new_schedules_are_brought_to_where_a_run_is(steps):
    def schedules():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        warm = LinearLR(optimizer, start_factor=0.1, by_epoch=False, end=8)
        fall = MultiStepLR(optimizer, milestones=[1, 2], gamma=0.5)
        return optimizer, [warm, fall]

    stepped, (warm, fall) = schedules()
    for step in range(1, steps + 1):
        warm.step()
        if step % 4 == 0:
            fall.step()
    optimizer, both = schedules()
    advance(both, steps, steps // 4)
    assert optimizer.param_groups[0]['lr'] == stepped.param_groups[0]['lr']
    assert [one.last_step for one in both] == [warm.last_step, fall.last_step]
