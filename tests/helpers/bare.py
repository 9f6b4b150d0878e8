"""Code in a fresh interpreter, in which semi_pose/__init__.py did not run."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run_python(code, path=''):
    bare_package = (
        'import sys, types\n'
        "package = sys.modules['semi_pose'] = types.ModuleType('semi_pose')\n"
        f'package.__path__ = [{str(ROOT / "semi_pose")!r}]\n'
        'from semi_pose import compat\n'
    )
    return subprocess.run(
        [sys.executable, '-c', bare_package + code],
        env=os.environ | {'PYTHONPATH': str(path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
