"""Hooks, loops and optimizer wrappers."""

from .hooks import ChannelsLast, CollapseMonitor, SemiRunner
from .loops import SemiValLoop
from .optim_wrappers import Bf16OptimWrapper

__all__ = [
    'Bf16OptimWrapper',
    'ChannelsLast',
    'CollapseMonitor',
    'SemiRunner',
    'SemiValLoop',
]
