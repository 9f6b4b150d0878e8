"""A replacement for xtcocotools, which has no wheel for Python 3.12 and NumPy 2."""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec

from semi_pose.errors import UserError


def stand_in_for_xtcocotools() -> None:
    """Provide what MMPose imports from xtcocotools, based on pycocotools.

    An installed xtcocotools is used unchanged.

    Raises:
        UserError: If pycocotools is not installed either.
    """
    if sys.modules.get('xtcocotools') or find_spec('xtcocotools'):
        return
    if find_spec('pycocotools') is None:
        raise UserError(
            'MMPose needs pycocotools (or xtcocotools), which is not installed: '
            '`pip install pycocotools`.'
        )
    from pycocotools import mask

    from semi_pose.compat import coco_eval

    package = module_from_spec(ModuleSpec('xtcocotools', None, is_package=True))
    sys.modules['xtcocotools'] = package
    for name, module in dict(coco=coco_eval, cocoeval=coco_eval, mask=mask).items():
        sys.modules[f'xtcocotools.{name}'] = module
        setattr(package, name, module)
