"""Hooks and loops."""

from .hooks import SemiRunner
from .loops import SemiValLoop

__all__ = ['SemiRunner', 'SemiValLoop']
