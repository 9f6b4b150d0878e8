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
from semi_pose.engine.checks import check_run, check_start
from semi_pose.engine.finite import check_losses, check_weights
from semi_pose.engine.plain_model import plain_model
from semi_pose.engine.updates import count_updates, epoch_length, has_updated
from semi_pose.errors import UserError
from semi_pose.models import DualPoseEstimator


@HOOKS.register_module()
class SemiRunner(Hook):
    """Check the run, tell the loss its step, move teachers, watch for NaN.

    It serves supervised runs of stock models too: they get the checks and the
    count of unreadable images.

    A loss that is not finite ends the run after its step, before anything is saved. The
    device is not asked again: MMEngine's RuntimeInfoHook reads all losses of a step for
    the log, and this hook looks at what it has read. Weights can be lost one step
    earlier, where a finite loss has a gradient that is not; so each checkpoint, which
    is copied to the CPU anyway, is checked before it is written.

    Args:
        warm_start (Sequence[str]): Checkpoints that the networks start from, one per
            network: the paper's start, two networks trained separately on the labels.
            For one that all start from, set ``load_from``. Not used when a run resumes.
        val_overlap (str): What to do when validation images are among the
            unlabeled ones: 'error', 'warn' or 'ignore'.
    """

    priority = 'NORMAL'

    def __init__(
        self,
        warm_start: Sequence[str] = (),
        val_overlap: str = 'error',
    ) -> None:
        if val_overlap not in ('error', 'warn', 'ignore'):
            raise ValueError(
                f"val_overlap must be 'error', 'warn' or 'ignore', not {val_overlap!r}"
            )
        self.warm_start = [warm_start] if isinstance(warm_start, str) else warm_start
        self.val_overlap = val_overlap

    def before_train(self, runner: Runner) -> None:
        """Check data sets and model against each other; load the warm start.

        Raises:
            UserError: If they do not fit.
        """
        self.model = plain_model(runner)
        check_run(runner, self.model, self.val_overlap)
        if runner.iter == 0:
            if self.warm_start:
                self._load_warm_start()
            check_start(self.model)

    def _load_warm_start(self) -> None:
        networks = getattr(self.model, 'networks', (self.model,))
        paths = self.warm_start
        if len(paths) != len(networks):
            raise UserError(
                f'SemiRunner.warm_start names {len(paths)} checkpoints for '
                f'{len(networks)} networks: give one per network, or set load_from to '
                'one that all start from.'
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
            wrapper = runner.optim_wrapper
            self.model.update_teachers(
                runner.iter,
                epoch_length(runner.train_dataloader),
                count_updates(wrapper, runner.iter) if has_updated(wrapper) else None,
            )

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Stop the run if a loss of this step is not finite.

        Raises:
            UserError: If one is not; earlier checkpoints stay.
        """
        check_losses(runner, outputs, data_batch)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Stop the run before weights that are not finite are saved.

        Raises:
            UserError: If they are not; earlier checkpoints stay.
        """
        check_weights(runner, checkpoint)

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
