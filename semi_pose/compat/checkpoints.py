"""MMEngine's checkpoints under `torch.load(weights_only=True)`."""

import pickle
from collections.abc import Callable

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.utils import digit_version

_STATISTICS = ('min', 'max', 'current', 'mean')


def allow_checkpoint_globals() -> None:
    """Let `torch.load(weights_only=True)` read what MMEngine's checkpoints hold.

    torch 2.6 made weights_only the default and takes (object, name) pairs;
    before it, checkpoints load without a list.
    """
    if digit_version(torch.__version__) >= digit_version('2.6'):
        torch.serialization.add_safe_globals(_checkpoint_globals())


def _checkpoint_globals() -> list[type | tuple[Callable, str]]:
    """Return HistoryBuffer and NumPy's plain arrays, under NumPy 1's and 2's names."""
    reconstruct = np.empty(0).__reduce__()[0]
    scalar = np.float64(0).__reduce__()[0]
    codes = '?SUmM' + np.typecodes['AllInteger'] + np.typecodes['AllFloat']
    return [
        HistoryBuffer,
        np.ndarray,
        np.dtype,
        *{type(np.dtype(code)) for code in codes},
        *(
            (function, f'numpy.{core}.multiarray.{function.__name__}')
            for function in (reconstruct, scalar)
            for core in ('core', '_core')
        ),
        (_statistic, 'builtins.getattr'),
    ]


def _statistic(owner: object, name: str) -> Callable:
    """Replace getattr, which pickled statistics of a HistoryBuffer call."""
    if owner is not HistoryBuffer or name not in _STATISTICS:
        raise pickle.UnpicklingError(
            f'A checkpoint may not call getattr({owner!r}, {name!r}): only the '
            'statistics of a HistoryBuffer are allowed.'
        )
    return getattr(HistoryBuffer, name)
