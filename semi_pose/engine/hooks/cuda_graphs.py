"""Steps whose passes a GPU replays."""

import torch
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from semi_pose.engine.cuda_graphs import GraphedPasses
from semi_pose.errors import UserError


@HOOKS.register_module()
class CudaGraphs(Hook):
    """Record the networks' passes in the first step, and replay them in the others.

    A small network is hundreds of short kernels, and a GPU computes them faster than
    Python starts them. A recording starts them all at once. Results are the same.
    Each pass of a step (labeled, easy and hard view of each network) keeps its feature
    maps, so more memory is used. Works on one GPU.
    """

    priority = 'VERY_HIGH'  # other hooks' passes are outside of the step

    def before_train(self, runner: Runner) -> None:
        """Prepare the networks.

        Raises:
            UserError: If the run cannot be recorded.
        """
        check_recordable(runner)
        self.passes = GraphedPasses(runner.model)

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Record or replay from here."""
        self.passes.start_step()

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Compute what other hooks ask for as usual."""
        self.passes.end_step()

    def after_train(self, runner: Runner) -> None:
        """Free the recordings."""
        self.passes.remove()


def check_recordable(runner: Runner) -> None:
    """Check that a run can be recorded.

    Args:
        runner (Runner): The runner, before training.

    Raises:
        UserError: If it cannot; it says what to change.
    """
    loaders = (runner.train_dataloader, getattr(runner.val_loop, 'dataloader', None))
    if not torch.cuda.is_available():
        reason = 'they need a GPU'
    elif is_model_wrapper(runner.model):
        reason = 'they work with one GPU, not with several'
    elif getattr(runner.optim_wrapper, '_accumulative_counts', 1) > 1:
        reason = 'gradients cannot be accumulated: set accumulative_counts=1'
    elif any(getattr(one, 'pin_memory', False) for one in loaders):
        reason = 'the thread that pins memory disturbs them: set pin_memory=False'
    else:
        return
    raise UserError(f'CUDA graphs cannot be used here, {reason}; or leave them out.')
