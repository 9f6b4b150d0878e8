"""Training runs from outside: their processes and their logs."""

from .checkpoints import newest_checkpoint
from .lock import lock_work_dir
from .logs import read_scalars, series
from .run import Run

__all__ = ['Run', 'lock_work_dir', 'newest_checkpoint', 'read_scalars', 'series']
