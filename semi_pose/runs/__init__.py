"""Training runs from outside: their processes and their logs."""

from .logs import read_scalars, series
from .run import Run

__all__ = ['Run', 'read_scalars', 'series']
