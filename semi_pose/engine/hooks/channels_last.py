"""The memory layout that makes convolutions fast."""

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
        """Convert the weights; convolutions return feature maps in the same layout."""
        runner.model.to(memory_format=torch.channels_last)
