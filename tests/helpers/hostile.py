"""Files that run code when they are read as pickles."""

import os
import pickle
from pathlib import Path

import torch


class Touch:
    """Unpickles as a command that makes a marker file.

    Args:
        marker (Path): The file.
    """

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return os.system, (f'touch {self.marker}',)


def write_checkpoint(path: Path, marker: Path) -> Path:
    """Write a checkpoint that makes the marker when it is unpickled."""
    weight = torch.zeros(1)
    torch.save(dict(meta=Touch(marker), state_dict=dict(weight=weight)), path)
    return path


def write_pickle(path: Path, marker: Path) -> Path:
    """Write a pickle that makes the marker."""
    path.write_bytes(pickle.dumps([Touch(marker)]))
    return path
