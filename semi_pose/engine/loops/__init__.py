"""Validation loop."""

from .semi_val_loop import SemiValLoop

__all__ = ['SemiValLoop']
