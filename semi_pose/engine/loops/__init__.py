"""Loops of the MMEngine runner."""

from .resumable import ResumableEpochLoop, ResumableIterLoop
from .semi_val_loop import SemiValLoop

__all__ = ['ResumableEpochLoop', 'ResumableIterLoop', 'SemiValLoop']
