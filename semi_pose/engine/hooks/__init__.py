"""Hooks of the MMEngine runner."""

from .channels_last import ChannelsLast
from .checkpoint import WholeCheckpointHook
from .collapse_monitor import CollapseMonitor
from .cuda_graphs import CudaGraphs
from .save_on_signal import SaveOnSignal
from .semi_runner import SemiRunner
from .semi_visualization import SemiVisualizationHook

__all__ = [
    'ChannelsLast',
    'CollapseMonitor',
    'CudaGraphs',
    'SaveOnSignal',
    'SemiRunner',
    'SemiVisualizationHook',
    'WholeCheckpointHook',
]
