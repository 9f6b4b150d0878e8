"""Workarounds for versions of third-party packages, all in one place."""

import warnings
from importlib import import_module
from importlib.util import find_spec

from semi_pose.compat.checkpoints import load_checkpoints_safely
from semi_pose.compat.drawing import draw_with_new_numpy
from semi_pose.compat.mmcv_ops import import_mmcv_ops
from semi_pose.compat.xtcocotools import stand_in_for_xtcocotools
from semi_pose.errors import UserError


def setup() -> None:
    """Make MMPose importable and checkpoints safe to load; may be called again.

    Raises:
        UserError: If a package that MMPose needs is not installed.
    """
    if find_spec('mmpose') is None:
        raise UserError(
            'semi_pose needs MMPose, which is not installed: `pip install --no-deps '
            '"mmpose>=1.3.2,<1.4"` (see docs/install.md).'
        )
    # MMEngine imports it for every `mmpose::` config; setup.py pins setuptools.
    warnings.filterwarnings('ignore', message='pkg_resources is deprecated')
    # MMPose's data sets name their joints by a path in its repository.
    warnings.filterwarnings('ignore', message='The metainfo config file')
    if find_spec('distutils') is None:
        # MMEngine imports it. Python 3.12 has none; setuptools brings its own.
        import_module('setuptools')
    import_mmcv_ops()
    stand_in_for_xtcocotools()
    load_checkpoints_safely()


__all__ = ['draw_with_new_numpy', 'setup']
