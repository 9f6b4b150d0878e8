"""What the progress display writes to a log."""

from io import StringIO

import pytest
from rich.console import Console

from semi_pose.cli.progress import progress_display


@pytest.fixture
def output():
    return StringIO()


def test_a_log_gets_a_line_for_each_tenth(output):
    with progress_display(Console(file=output, width=80)) as progress:
        task = progress.add_task('draw people', total=40, note='')
        for _ in range(12):
            progress.advance(task)
        progress.update(task, completed=31, note='AP 20.1')
        progress.update(task, completed=31, note='AP 20.1')
        progress.update(task, completed=40)
    lines = [line.split() for line in output.getvalue().splitlines()]
    assert [line[2] for line in lines] == ['4/40', '8/40', '12/40', '31/40', '40/40']
    assert lines[3] == ['draw', 'people', '31/40', '0', 's', 'AP', '20.1']


def test_a_terminal_gets_bars(output):
    console = Console(file=output, width=80, force_terminal=True)
    with progress_display(console) as progress:
        progress.add_task('draw people', total=40, note='')
    assert '0/40' in output.getvalue() and '━' in output.getvalue()
