"""Saving of a run that a cluster ends."""

import signal
from types import FrameType

import torch
from mmengine.dist import all_reduce, is_distributed
from mmengine.hooks import Hook
from mmengine.runner import IterBasedTrainLoop, Runner
from mmpose.registry import HOOKS
from torch import distributed

from semi_pose.engine.hooks.checkpoint import WholeCheckpointHook
from semi_pose.engine.updates import has_updated
from semi_pose.errors import Stopped

SIGNALS = (signal.SIGTERM, signal.SIGUSR1)


@HOOKS.register_module()
class SaveOnSignal(Hook):
    """On SIGTERM or SIGUSR1, save a checkpoint and end the run.

    A cluster sends one before it ends a job. All processes stop after the same step, or
    after a validation: they compare on the CPU whether one was told to end, so the
    device never waits.

    Args:
        interval (int): Training steps between comparisons.
    """

    # After all other hooks of the step.
    priority = 'LOWEST'

    def __init__(self, interval: int = 5) -> None:
        self.interval = interval
        self._checkpoint: WholeCheckpointHook | None = None
        self._group: distributed.ProcessGroup | None = None
        self._is_told = False
        self._steps = 0

    def before_train(self, runner: Runner) -> None:
        """Start to listen, if the run writes checkpoints."""
        hooks = [one for one in runner.hooks if isinstance(one, WholeCheckpointHook)]
        if not hooks:
            return
        self._checkpoint = hooks[0]
        self._group = (
            distributed.new_group(backend='gloo') if is_distributed() else None
        )
        self._handlers = {one: signal.signal(one, self._note) for one in SIGNALS}

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._is_told = True

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Save and end, if one process was told to.

        Raises:
            Stopped: Then, with the checkpoint's path.
        """
        self._steps += 1
        is_due = self._steps >= self.interval and has_updated(runner.optim_wrapper)
        if self._checkpoint is None or not is_due or _validates_next(runner):
            return
        self._steps = 0
        if self._one_is_told():
            self._end(runner, runner.iter + 1)

    def after_val_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        """Save and end after a validation in the training, too.

        Raises:
            Stopped: If one process was told to end.
        """
        if self._checkpoint is not None and self._one_is_told():
            self._end(runner, runner.iter)

    def _one_is_told(self) -> bool:
        told = torch.tensor(int(self._is_told))
        if self._group is not None:
            all_reduce(told, 'max', self._group)
        return bool(told)

    def _end(self, runner: Runner, step: int) -> None:
        path = self._checkpoint.save_interrupted(
            runner, dict(epoch=runner.epoch, iter=step)
        )
        self.after_train(runner)
        raise Stopped(
            f'Told to end: step {step} is saved in {path}. Run the same command with '
            '--resume to continue from there.'
        )

    def after_train(self, runner: Runner) -> None:
        """Stop listening."""
        if self._checkpoint is not None:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)


def _validates_next(runner: Runner) -> bool:
    """Say whether a validation follows this step, as it would not after a resume."""
    loop = runner.train_loop
    if runner.val_loop is None or not isinstance(loop, IterBasedTrainLoop):
        return False
    step = runner.iter + 1
    return step >= loop.val_begin and (
        step % loop.val_interval == 0 or step == loop.max_iters
    )
