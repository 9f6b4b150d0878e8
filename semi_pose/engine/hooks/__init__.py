"""Hooks of the MMEngine runner."""

from .channels_last import ChannelsLast
from .semi_runner import SemiRunner

__all__ = ['ChannelsLast', 'SemiRunner']
