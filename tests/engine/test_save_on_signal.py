"""Runs that are told to end."""

import os
import signal

import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmpose.registry import HOOKS
from torch import distributed

from semi_pose.engine.checkpoints import read_checkpoint
from semi_pose.errors import Stopped
from semi_pose.runs.logs import is_validation, read_scalars

from ..helpers.runs import run_config
from ..helpers.training import FORK


@HOOKS.register_module()
class SignalRank(Hook):
    """Sends one rank a signal after a step, or in the validation."""

    def __init__(self, rank=0, step=None, number=signal.SIGUSR1):
        self.rank = rank
        self.step = step
        self.number = number

    def _send(self):
        if get_rank() == self.rank:
            os.kill(os.getpid(), self.number)

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if runner.iter + 1 == self.step:
            self._send()

    def before_val(self, runner):
        if self.step is None:
            self._send()


def train(cfg, interval=1):
    """Train, and return what Stopped says."""
    from semi_pose.engine.hooks import SaveOnSignal
    from semi_pose.engine.runner import ResumableRunner

    runner = ResumableRunner.from_cfg(cfg)
    runner.register_hook(SaveOnSignal(interval))
    try:
        runner.train()
    except Stopped as stopped:
        return str(stopped)
    return 'trained to the end'


def config(root, work_dir, signal_at, **changes):
    cfg = run_config(root, work_dir, **changes)
    cfg.custom_hooks.append(dict(type='SignalRank', **signal_at))
    cfg.experiment_name = f'{work_dir.parent.name}_{work_dir.name}'
    cfg.default_hooks.checkpoint.interval = 100
    cfg.train_cfg = dict(by_epoch=False, max_iters=8, val_interval=4)
    return cfg


def saved_step(work_dir):
    path = (work_dir / 'last_checkpoint').read_text()
    return read_checkpoint(str(path))['meta']['iter']


def test_it_ends_after_a_validation(synthetic_coco, tmp_path):
    before = signal.getsignal(signal.SIGUSR1)
    said = train(config(synthetic_coco, tmp_path, {}))
    assert said.startswith('Told to end: step 4 is saved in ')
    assert saved_step(tmp_path) == 4
    assert signal.getsignal(signal.SIGUSR1) == before


def test_a_validation_that_is_due_comes_first(synthetic_coco, tmp_path):
    # A resumed run begins with the next step.
    said = train(config(synthetic_coco, tmp_path, dict(step=4)))
    assert 'step 4 is saved' in said
    assert len([*filter(is_validation, read_scalars(tmp_path))]) == 1


def test_gradients_that_are_gathered_are_used_first(synthetic_coco, tmp_path):
    cfg = config(synthetic_coco, tmp_path, dict(step=2))
    cfg.optim_wrapper.accumulative_counts = 3
    assert 'step 3 is saved' in train(cfg)


def test_a_run_without_checkpoints_does_not_listen(synthetic_coco, tmp_path):
    heard = []
    before = signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
    cfg = config(synthetic_coco, tmp_path, dict(step=1))
    cfg.default_hooks.checkpoint = None
    assert train(cfg) == 'trained to the end'
    assert heard
    signal.signal(signal.SIGUSR1, before)


def _train_rank(rank, work_dir, cfg, said):
    torch.set_num_threads(1)
    os.environ['LOCAL_RANK'] = str(rank)
    store = distributed.FileStore(str(work_dir / 'store'), 2)
    distributed.init_process_group('gloo', store=store, rank=rank, world_size=2)
    cfg.launcher = 'pytorch'
    cfg.model_wrapper_cfg = dict(type='MMDistributedDataParallel', device_ids=None)
    said.put((rank, train(cfg, interval=2)))
    distributed.destroy_process_group()


def test_all_ranks_end_after_the_same_step(synthetic_coco, tmp_path):
    cfg = config(synthetic_coco, tmp_path, dict(rank=1, step=3))
    said = FORK.Queue()
    ranks = [
        FORK.Process(target=_train_rank, args=(rank, tmp_path, cfg, said))
        for rank in (0, 1)
    ]
    for one in ranks:
        one.start()
    answers = dict(said.get(timeout=120) for _ in ranks)
    for one in ranks:
        one.join(30)
        assert one.exitcode == 0
    assert answers[0] == answers[1]
    assert 'step 4 is saved' in answers[0]
    assert saved_step(tmp_path) == 4
