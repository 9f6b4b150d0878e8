"""tools/train.py in processes that are forked from one with everything imported."""

import multiprocessing
import os
import runpy
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from mmengine.hooks import Hook
from mmpose.registry import HOOKS

import semi_pose  # noqa: F401  registers everything

from .runs import run_config

TOOLS = Path(__file__).parents[2] / 'tools'
FORK = multiprocessing.get_context('forkserver')
FORK.set_forkserver_preload([__name__])


@HOOKS.register_module()
class Ballast(Hook):
    """Makes checkpoints large, so that writing them takes time.

    Args:
        megabytes (int): How large.
    """

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Add what no one reads."""
        checkpoint['ballast'] = torch.rand(self.megabytes << 18)


@HOOKS.register_module()
class Pace(Hook):
    """Makes steps last.

    Args:
        seconds (float): How long.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Wait."""
        time.sleep(self.seconds)


@HOOKS.register_module()
class KillRank(Hook):
    """Kills the second process after a step, unless torchrun has started it again.

    Args:
        step (int): The step.
    """

    def __init__(self, step: int) -> None:
        self.step = step

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Kill."""
        is_first_start = os.environ['TORCHELASTIC_RESTART_COUNT'] == '0'
        if runner.iter + 1 == self.step and runner.rank == 1 and is_first_start:
            os.kill(os.getpid(), signal.SIGKILL)


def write_config(
    path: Path, data: Path, work_dir: Path, megabytes: int = 0, hooks: Sequence = ()
) -> Path:
    """Write a config that saves a large checkpoint after each step."""
    cfg = run_config(data, work_dir)
    cfg.train_cfg = dict(by_epoch=False, max_iters=1000, val_interval=1000)
    cfg.default_hooks = dict(
        checkpoint=dict(
            type='CheckpointHook', by_epoch=False, interval=1, max_keep_ckpts=1
        ),
        logger=dict(type='LoggerHook', interval=1),
    )
    cfg.custom_hooks += [dict(type='Ballast', megabytes=megabytes), *hooks]
    helpers = ['tests.helpers.training', 'tests.helpers.rank_dump']
    cfg.custom_imports = dict(imports=helpers)
    cfg.dump(path)
    return path


def start(output: Path, *options: object, before: Callable = print) -> FORK.Process:
    """Start train.py; what it prints is added to a file.

    Args:
        output (Path): The file.
        options (object): The options of train.py.
        before (Callable): Called in the process first.
    """
    process = FORK.Process(target=_train, args=(output, before, *map(str, options)))
    process.start()
    return process


def _train(output: Path, before: Callable, *options: str) -> None:
    with output.open('a') as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    before()
    torch.set_num_threads(1)
    os.environ.setdefault('LOCAL_RANK', '0')
    sys.argv = ['train.py', *options, '--no-summary']
    sys.path.insert(0, str(TOOLS))
    runpy.run_path(str(TOOLS / 'train.py'), run_name='__main__')
