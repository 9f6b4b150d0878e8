"""Hooks of the MMEngine runner."""

from .channels_last import ChannelsLast
from .collapse_monitor import CollapseMonitor
from .semi_runner import SemiRunner

__all__ = ['ChannelsLast', 'CollapseMonitor', 'SemiRunner']
