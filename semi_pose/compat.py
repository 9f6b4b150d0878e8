"""The one place for troubles between versions of third-party packages."""

import importlib
import importlib.util
import pickle
import sys
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import NoReturn

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.utils import digit_version

from semi_pose.errors import UserError

_STATISTICS = ('min', 'max', 'current', 'mean')


class MissingOpError(UserError):
    """A compiled op of the full mmcv was called under mmcv-lite."""


def setup() -> None:
    """Make MMPose importable and checkpoints loadable; safe to call again.

    Raises:
        UserError: If neither mmcv nor mmcv-lite is installed.
    """
    # MMEngine imports it for every `mmpose::` config; setup.py pins setuptools.
    warnings.filterwarnings('ignore', message='pkg_resources is deprecated')
    # MMPose's data sets name their joints by a path of its own repository.
    warnings.filterwarnings('ignore', message='The metainfo config file')
    _import_mmcv_ops()
    _allow_checkpoint_globals()


def _import_mmcv_ops() -> None:
    """Import `mmcv.ops`, whose modules bind the compiled ops once and for all.

    mmpose.models and mmdet reach compiled ops through `mmcv.ops` alone. The
    stand-in leaves again at once, since MMEngine asks for its spec later.
    """
    if importlib.util.find_spec('mmcv') is None:
        raise UserError(
            'MMPose needs mmcv, which is not installed: `pip install '
            '"mmcv-lite>=2.1,<2.2"`, or the full mmcv (see docs/install.md).'
        )
    if 'mmcv.ops' in sys.modules or importlib.util.find_spec('mmcv._ext'):
        return
    sys.modules['mmcv._ext'] = _OpsStandIn('mmcv._ext')
    try:
        importlib.import_module('mmcv.ops')
    finally:
        del sys.modules['mmcv._ext']


class _OpsStandIn(ModuleType):
    """A module in which every public name is an op that cannot be called."""

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        if name.startswith('__'):
            raise AttributeError(name)

        def missing_op(*args: object, **kwargs: object) -> NoReturn:
            raise MissingOpError(
                f'The op "{name}" is compiled code of the full mmcv, and only '
                'mmcv-lite is installed. Replace it: `pip uninstall mmcv-lite`, '
                'then `pip install openmim` and `mim install "mmcv>=2.1,<2.2"` '
                '(see docs/install.md).'
            )

        return missing_op


def _allow_checkpoint_globals() -> None:
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
    """Stand in for getattr, by which HistoryBuffer's statistics are pickled."""
    if owner is not HistoryBuffer or name not in _STATISTICS:
        raise pickle.UnpicklingError(
            f'A checkpoint may not call getattr({owner!r}, {name!r}): only the '
            'statistics of a HistoryBuffer are allowed.'
        )
    return getattr(HistoryBuffer, name)
