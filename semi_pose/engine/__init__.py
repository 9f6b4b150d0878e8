"""Hooks, loops and optimizer wrappers."""

from .hooks import ChannelsLast, CollapseMonitor, SemiRunner, SemiVisualizationHook
from .loops import SemiValLoop
from .optim_wrappers import Bf16OptimWrapper

__all__ = [
    'Bf16OptimWrapper',
    'ChannelsLast',
    'CollapseMonitor',
    'SemiRunner',
    'SemiValLoop',
    'SemiVisualizationHook',
]
