"""What a semi-supervised run needs besides the stock runner."""

import logging
from collections.abc import Sequence

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from semi_pose.datasets.annotation_check import counted
from semi_pose.datasets.transforms import count_unreadable
from semi_pose.engine.checkpoints import load_network
from semi_pose.engine.checks import check_run
from semi_pose.engine.plain_model import plain_model
from semi_pose.errors import UserError
from semi_pose.models import DualPoseEstimator


@HOOKS.register_module()
class SemiRunner(Hook):
    """Check the run, tell the loss its step, move teachers, watch for NaN.

    It serves supervised runs of stock models too: they get the checks and the
    count of unreadable images.

    Args:
        warm_start (Sequence[str]): Checkpoints that the networks start from:
            one per network (the paper's start: two networks trained separately
            on the labels), or one for all. Not used when a run resumes.
        val_overlap (str): What to do when validation images are among the
            unlabeled ones: 'error', 'warn' or 'ignore'.
        nan_interval (int): Steps between checks that the loss is finite.
    """

    priority = 'NORMAL'

    def __init__(
        self,
        warm_start: Sequence[str] = (),
        val_overlap: str = 'error',
        nan_interval: int = 50,
    ) -> None:
        if val_overlap not in ('error', 'warn', 'ignore'):
            raise ValueError(
                f"val_overlap must be 'error', 'warn' or 'ignore', not {val_overlap!r}"
            )
        self.warm_start = [warm_start] if isinstance(warm_start, str) else warm_start
        self.val_overlap = val_overlap
        self.nan_interval = nan_interval

    def before_train(self, runner: Runner) -> None:
        """Check data sets and model against each other; load the warm start.

        Raises:
            UserError: If they do not fit.
        """
        self.model = plain_model(runner)
        check_run(runner, self.model, self.val_overlap)
        if self.warm_start and runner.iter == 0:
            self._load_warm_start()

    def _load_warm_start(self) -> None:
        networks = getattr(self.model, 'networks', (self.model,))
        paths = list(self.warm_start)
        if len(paths) == 1:
            paths *= len(networks)
        if len(paths) != len(networks):
            raise UserError(
                f'SemiRunner.warm_start names {len(paths)} checkpoints for '
                f'{len(networks)} networks: give one per network, or one for all.'
            )
        for number, (network, path) in enumerate(zip(networks, paths, strict=True), 1):
            load_network(network, path)
            print_log(f'Network {number} starts from {path}', 'current')

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Tell the consistency loss its step, and let teachers follow the networks."""
        if isinstance(self.model, DualPoseEstimator):
            self.model.consistency_head.step = runner.iter
            epoch_length = len(runner.train_dataloader)
            self.model.update_teachers(runner.iter, epoch_length)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Stop the run if the loss is no longer finite.

        Raises:
            UserError: If it is not; earlier checkpoints stay.
        """
        if not self.every_n_train_iters(runner, self.nan_interval):
            return
        if not torch.isfinite(outputs['loss']).all():
            raise UserError(
                f'The loss is {outputs["loss"].item()} at step {runner.iter + 1}. '
                'Lower optim_wrapper.optimizer.lr, or set '
                'optim_wrapper.clip_grad.max_norm=1, and continue from the last '
                f'checkpoint in {runner.work_dir} with --resume.'
            )

    def after_train(self, runner: Runner) -> None:
        """Log how many images could not be read in all processes."""
        count = torch.tensor(count_unreadable(runner.train_dataloader.dataset))
        all_reduce(count)
        if count:
            print_log(
                f'{counted(int(count), "image")} could not be read: other samples were '
                'used instead; the warnings above name them.',
                'current',
                level=logging.WARNING,
            )
