"""The memory layout in which convolutions are fast."""

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS


@HOOKS.register_module()
class ChannelsLast(Hook):
    """Keep the model's weights, and so its feature maps, as (B, H, W, C) in memory.

    Shapes and results stay the same; checkpoints load either way.
    """

    def before_run(self, runner: Runner) -> None:
        """Lay the weights out; convolutions pass the layout on to what they make."""
        runner.model.to(memory_format=torch.channels_last)
