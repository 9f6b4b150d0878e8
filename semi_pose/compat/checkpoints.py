"""Checkpoints are data: MMEngine's loaders execute no code of theirs."""

import errno
import pickle
import re
import zipfile
from _compat_pickle import IMPORT_MAPPING
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import RLock
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner.checkpoint import CheckpointLoader
from mmengine.utils import digit_version

from semi_pose.errors import UserError

# Since then torch.load(weights_only=True) takes a list of what it may build.
LISTS_GLOBALS = digit_version(torch.__version__) >= digit_version('2.6')
UNREADABLE = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    RuntimeError,
    zipfile.BadZipFile,
)

_STATISTICS = ('min', 'max', 'current', 'mean')
_lock = RLock()
_stock_load = CheckpointLoader.load_checkpoint.__func__


def load_checkpoints_safely() -> None:
    """Let MMEngine load checkpoints as data; also those from addresses.

    What its own checkpoints hold is allowed for every
    ``torch.load(weights_only=True)``.
    """
    if LISTS_GLOBALS:
        torch.serialization.add_safe_globals(_checkpoint_globals())
    CheckpointLoader.load_checkpoint = classmethod(_load_checkpoint)


def _load_checkpoint(cls: type, filename: str, *args: Any, **kwargs: Any) -> dict:
    try:
        with _weights_only():
            return _stock_load(cls, filename, *args, **kwargs)
    except UNREADABLE as error:
        if message := _explain(filename, error):
            raise UserError(message) from error
        raise


@contextmanager
def _weights_only() -> Iterator[None]:
    """Read weights only, also where torch.hub is asked to read anything."""
    with _lock:
        stock = torch.load
        torch.load = partial(_load, stock)
        try:
            yield
        finally:
            torch.load = stock


def _load(stock: Callable, *args: Any, **options: Any) -> Any:
    if LISTS_GLOBALS:
        return stock(*args, **{**options, 'weights_only': True})
    safe = dict(weights_only=False, pickle_module=_ListedPickles)
    return stock(*args, **{**options, **safe})


def _explain(path: str, error: Exception) -> str | None:
    text = str(error)
    found = re.search(r'GLOBAL (\S+)|(getattr\(.*\))', text)
    if found:
        return (
            f'Checkpoint {path} was not loaded: it wants Python to run '
            f'{found[1] or found[2]}, and a checkpoint should hold weights alone. Name '
            'another one. If you trust it, save its weights again where it was made: '
            'torch.save({"state_dict": model.state_dict()}, FILE).'
        )
    if isinstance(error, RuntimeError):
        known = re.search('PytorchStreamReader|TorchScript', text)
    else:  # torch reports some cuts of a file as EINVAL
        known = getattr(error, 'errno', errno.EINVAL) == errno.EINVAL
    if not known:
        return None
    reason = text.rpartition('WeightsUnpickler error:')[2].strip() or 'it is empty'
    reason = reason.splitlines()[0].split('. ')[0]
    return (
        f'Checkpoint {path} cannot be read ({reason}). It may be '
        'incomplete, or not be a checkpoint: name another one.'
    )


class _ListedPickles:
    """What `torch.load` takes in place of the module `pickle`, before torch 2.6."""

    class Unpickler(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            name = f'{IMPORT_MAPPING.get(module, module)}.{name}'
            if name not in (listed := _listed_globals()):
                raise pickle.UnpicklingError(f'GLOBAL {name} is not allowed')
            return listed[name]

    @classmethod
    def load(cls, file: Any, **options: Any) -> Any:
        return cls.Unpickler(file, **options).load()


def _listed_globals() -> dict[str, Any]:
    listed = dict(torch._weights_only_unpickler._get_allowed_globals())
    listed['_codecs.encode'] = _encode
    for one in _checkpoint_globals():
        value, name = one if isinstance(one, tuple) else (one, None)
        listed[name or f'{value.__module__}.{value.__qualname__}'] = value
    return listed


def _encode(text: str, encoding: str) -> bytes:
    return text.encode(encoding)


def _checkpoint_globals() -> list[type | tuple[Callable, str]]:
    """Return what is allowed; NumPy's plain arrays under names of NumPy 1 and 2."""
    reconstruct = np.empty(0).__reduce__()[0]
    scalar = np.float64(0).__reduce__()[0]
    codes = '?SUmM' + np.typecodes['AllInteger'] + np.typecodes['AllFloat']
    return [
        Counter,  # milestones of MultiStepLR
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
