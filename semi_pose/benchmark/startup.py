"""How long commands take to begin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import mmpose

from semi_pose.benchmark.timing import Figure, compare

MMPOSE_TRAIN = Path(mmpose.__file__).parent / '.mim/tools/train.py'
# MMPose's registries, under mmcv-lite too, whose ops are missing.
MMPOSE_IMPORT = """
import sys, types
from unittest.mock import MagicMock
from importlib.util import find_spec
if find_spec('mmcv._ext') is None:
    sys.modules['mmcv._ext'] = MagicMock(__spec__=None)
from mmpose.utils import register_all_modules
register_all_modules()
"""


def measure_startup(train_tool: Path, rounds: int) -> list[Figure]:
    """Time imports and ``--help`` as processes, against MMPose's.

    Args:
        train_tool (Path): tools/train.py.
        rounds (int): Processes of each.

    Returns:
        list[Figure]: Two.
    """
    return [
        compare(
            "import semi_pose / MMPose's registries",
            lambda: _python('-c', 'import semi_pose'),
            lambda: _python('-c', MMPOSE_IMPORT),
            rounds,
            '<= 1.3',
        ),
        compare(
            "tools/train.py --help / MMPose's",
            lambda: _python(train_tool, '--help'),
            lambda: _python(MMPOSE_TRAIN, '--help'),
            rounds,
            '<= 1.3',
        ),
    ]


def _python(*arguments: object) -> None:
    command = [sys.executable, *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
