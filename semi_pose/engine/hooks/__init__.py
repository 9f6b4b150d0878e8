"""Hooks of the MMEngine runner."""

from .channels_last import ChannelsLast
from .checkpoint import WholeCheckpointHook
from .collapse_monitor import CollapseMonitor
from .save_on_signal import SaveOnSignal
from .semi_runner import SemiRunner

__all__ = [
    'ChannelsLast',
    'CollapseMonitor',
    'SaveOnSignal',
    'SemiRunner',
    'WholeCheckpointHook',
]
