"""Steps whose passes a GPU replays."""

from collections.abc import Iterator

import torch
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from semi_pose.engine.cuda_graphs import GraphedPasses
from semi_pose.errors import UserError


@HOOKS.register_module()
class CudaGraphs(Hook):
    """Record the networks' passes when they first occur, and replay them after that.

    A small network is hundreds of short kernels, and a GPU computes them faster than
    Python starts them. A recording starts them all at once. Results are the same.
    Each pass of a step (labeled, easy and hard view of each network) keeps its feature
    maps, so more memory is used. Works on one GPU, with torch 2.4 or later.
    """

    def before_train(self, runner: Runner) -> None:
        """Make the model's training steps record and replay.

        Raises:
            UserError: If the run cannot be recorded.
        """
        if reasons := list(reasons_against(runner)):
            raise UserError(
                f'CUDA graphs cannot be used here: {reasons[0]}, or train without them.'
            )
        model = runner.model
        train_step, self.passes = model.train_step, GraphedPasses(model)

        def replayed_step(*args: object, **kwargs: object) -> dict[str, torch.Tensor]:
            with self.passes.step():
                return train_step(*args, **kwargs)

        model.train_step = replayed_step

    def after_train(self, runner: Runner) -> None:
        """Free the recordings."""
        del runner.model.train_step
        self.passes.remove()


def reasons_against(runner: Runner) -> Iterator[str]:
    """Yield what to change before a run can be recorded.

    Args:
        runner (Runner): The runner, before training.
    """
    loaders = (runner.train_dataloader, getattr(runner.val_loop, 'dataloader', None))
    parts = list(runner.model.modules())
    if not torch.cuda.is_available():
        yield 'use a GPU'
    if not hasattr(torch, 'get_autocast_dtype'):
        yield 'install torch 2.4 or later'
    if is_model_wrapper(runner.model):
        yield 'use one GPU'
    if getattr(runner.optim_wrapper, '_accumulative_counts', 1) > 1:
        yield 'set optim_wrapper.accumulative_counts=1'
    if any(getattr(one, 'pin_memory', False) for one in loaders):
        yield 'set pin_memory=False, as its thread disturbs them'
    for setting in ('with_cp', 'one_path_at_a_time'):  # a recording keeps all it needs
        if any(getattr(part, setting, False) for part in parts):
            yield f'set {setting}=False, which saves no memory with them'
