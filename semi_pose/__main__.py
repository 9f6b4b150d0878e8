"""The tools of an installed semi_pose: `python -m semi_pose TOOL ...`."""

import os
import runpy
import sys
from pathlib import Path

USAGE = """\
usage: python -m semi_pose TOOL [options]

tools: {tools}
Each has --help.

example:
  python -m semi_pose train semi_pose::lsp/efflite0_lsp20_dual.py --data-root data"""
FOLDER = Path(__file__).parent / '.mim' / 'tools'


def find_tools() -> dict[str, Path]:
    """Return the tools by their names, such as `train` and `analysis/study`."""
    paths = [*FOLDER.glob('*.*'), *FOLDER.glob('*/*.*')]
    paths = [path for path in paths if path.suffix in ('.py', '.sh')]
    tools = {str(path.relative_to(FOLDER).with_suffix('')): path for path in paths}
    del tools['arguments']
    return dict(sorted(tools.items()))


def main() -> None:
    """Run the tool that the first argument names."""
    tools = find_tools()
    name, *options = sys.argv[1:] or ['--help']
    if name in ('-h', '--help'):
        print(USAGE.format(tools=', '.join(tools)))
        return
    if name not in tools:
        sys.exit(f'error: there is no tool {name}, only {", ".join(tools)}')
    path = tools[name]
    if path.suffix == '.sh':
        os.execvp('bash', ['bash', str(path), *options])
    sys.argv = [str(path), *options]
    sys.path[0] = str(path.parent)
    runpy.run_path(str(path), run_name='__main__')


if __name__ == '__main__':
    main()
