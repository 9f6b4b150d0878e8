"""Set up and test every supported Python of this machine, and print one table.

For each Python: `make install` into a new virtual environment, its time and size, what
`pip check` says, the versions, and the tests. Takes about 15 minutes a Python on 2
cores.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MINORS = range(10, 14)
PACKAGES = ('torch', 'torchvision', 'numpy', 'opencv-python', 'mmpose', 'mmdet')
PACKAGES += ('mmengine', 'mmcv-lite', 'pycocotools', 'xtcocotools', 'setuptools')
PYTEST = ('-m', 'pytest', '-q', '-n', 'auto', '--dist', 'loadfile', '-m', 'not slow')
READ_VERSIONS = """
import json, sys
from importlib.metadata import PackageNotFoundError, version
found = {'python': sys.version.split()[0]}
for name in sys.argv[1:]:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        found[name] = '-'
print(json.dumps(found))
"""
# A checkout on PYTHONPATH would hide what was installed.
ENVIRONMENT = {
    key: value
    for key, value in os.environ.items()
    if key not in ('PYTHONPATH', 'VIRTUAL_ENV', 'MAKEFLAGS', 'MAKELEVEL')
}


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='example:\n  python tests/matrix.py --pythons python3.12 '
        '--tests tests/models tests/compat',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('--pythons', nargs='+', help='interpreters (all supported ones found)')
    add('--tests', nargs='+', default=['tests'], help='what to test (all fast tests)')
    add(
        '--folder',
        type=Path,
        default=ROOT / 'build/matrix',
        help='where the environments are made (build/matrix)',
    )
    add('--keep', action='store_true', help='keep the environments: 6 GB each')
    return parser.parse_args()


def find_pythons() -> list[str]:
    """Return one interpreter of each supported Python, on the PATH or of pyenv."""
    versions = Path.home() / '.pyenv/versions'
    found = []
    for minor in MINORS:
        name = f'python3.{minor}'
        choices = [name, *map(str, sorted(versions.glob(f'3.{minor}.*/bin/{name}')))]
        found += [path for path in choices if is_python(path)][-1:]
    return found


def is_python(path: str) -> bool:
    """Say whether an interpreter starts; pyenv's shims may not."""
    try:
        return subprocess.run([path, '-c', ''], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def try_python(python: str, args: argparse.Namespace) -> dict[str, str]:
    """Set up one Python and test it.

    Args:
        python (str): The interpreter.
        args (Namespace): The options.

    Returns:
        dict[str, str]: The row of the table.
    """
    venv = args.folder / Path(python).name
    shutil.rmtree(venv, ignore_errors=True)
    start = time.monotonic()
    call('make', 'install', f'VENV={venv}', f'PYTHON={python}')
    seconds = time.monotonic() - start
    inner = str(venv / 'bin/python')
    versions = json.loads(call(inner, '-c', READ_VERSIONS, *PACKAGES))
    unmet = call(inner, '-m', 'pip', 'check', check=False).strip().replace('\n', '; ')
    size = call('du', '-s', '--block-size=1M', str(venv)).split()[0]
    tests = call(inner, *PYTEST, *args.tests, check=False)
    if not args.keep:
        shutil.rmtree(venv)
    return {
        **versions,
        'set-up': f'{seconds / 60:.1f} min',
        'size': f'{int(size) / 1000:.1f} GB',
        'pip check': unmet,
        'tests': re.sub(r' in .*', '', tests.strip().splitlines()[-1]),
    }


def call(*command: str, check: bool = True) -> str:
    """Run a command in the checkout and return what it printed.

    Args:
        *command (str): The command.
        check (bool): Whether to end here if it fails.

    Returns:
        str: Its output.
    """
    print('$', ' '.join(part for part in command if '\n' not in part), file=sys.stderr)
    result = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    )
    if check and result.returncode:
        sys.exit(f'error: {command[0]} failed: {result.stdout}')
    if not check:
        print(result.stdout, file=sys.stderr)
    return result.stdout


def to_markdown(rows: list[dict[str, str]]) -> str:
    """Lay the rows out as a table, one Python a column.

    Args:
        rows (list[dict[str, str]]): One for each Python, all with the same keys.

    Returns:
        str: Markdown.
    """
    first, *names = rows[0]
    lines = [[first, *(row[first] for row in rows)], ['---'] * (len(rows) + 1)]
    lines += [[name, *(row[name] for row in rows)] for name in names]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def main() -> None:
    """Try each Python, and print the table."""
    args = parse_args()
    pythons = args.pythons or find_pythons()
    print('Pythons:', *pythons, file=sys.stderr)
    print(to_markdown([try_python(python, args) for python in pythons]))


if __name__ == '__main__':
    main()
