"""`make matrix`: which Pythons it finds, and its table."""

import subprocess
import sys

from . import matrix


def test_pythons_are_found_once_each_and_in_order():
    code = 'import sys; print(sys.version_info[1])'
    minors = [
        int(subprocess.check_output([python, '-c', code], text=True))
        for python in matrix.find_pythons()
    ]
    assert minors == sorted(set(minors))
    assert set(minors) <= set(matrix.MINORS)


def test_the_table_has_a_column_for_each_python():
    rows = [dict(python=f'3.{minor}', tests='9 passed') for minor in (10, 12)]
    assert matrix.to_markdown(rows).splitlines() == [
        '| python | 3.10 | 3.12 |',
        '| --- | --- | --- |',
        '| tests | 9 passed | 9 passed |',
    ]


def test_versions_are_read_in_the_python_itself():
    code = matrix.READ_VERSIONS
    printed = matrix.call(sys.executable, '-c', code, 'numpy', 'no-such-package')
    assert '"no-such-package": "-"' in printed
    assert f'"python": "{sys.version.split()[0]}"' in printed
