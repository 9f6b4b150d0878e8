"""mmcv-lite instead of the full mmcv, whose compiled ops MMPose imports."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType
from typing import NoReturn

from semi_pose.errors import UserError


class MissingOpError(UserError):
    """A compiled op of the full mmcv was called under mmcv-lite."""


def import_mmcv_ops() -> None:
    """Import `mmcv.ops`, whose modules bind the compiled ops at import.

    mmpose.models and mmdet use compiled ops only through `mmcv.ops`. The replacement
    is removed right away, since MMEngine asks for its spec later.

    Raises:
        UserError: If neither mmcv nor mmcv-lite is installed.
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
