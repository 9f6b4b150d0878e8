"""Hooks, loops and optimizer wrappers."""

from .hooks import ChannelsLast, SemiRunner
from .loops import SemiValLoop
from .optim import Bf16OptimWrapper

__all__ = ['Bf16OptimWrapper', 'ChannelsLast', 'SemiRunner', 'SemiValLoop']
