"""A progress display for terminals and logs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def progress_display(console: Console) -> Progress:
    """Make a display of progress, time and results so far.

    If the output is not a terminal, it writes a plain line per tenth of the work.

    Args:
        console (Console): Where to show it.

    Returns:
        Progress: Not started. Its tasks have a field ``note``.
    """
    columns = (
        TextColumn('{task.description}'),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn('left'),
        TimeRemainingColumn(),
        TextColumn('{task.fields[note]}'),
    )
    if console.is_terminal:
        # Work lasts for minutes: average over them.
        return Progress(*columns, console=console, speed_estimate_period=600)
    return _Lines(*columns, console=console, disable=True)


@contextmanager
def quiet(level: int = logging.INFO) -> Iterator[None]:
    """Drop what libraries print and log meanwhile.

    Args:
        level (int): Records up to this level are dropped.
    """
    logging.disable(level)
    try:
        with redirect_stdout(StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)


class _Lines(Progress):
    def __init__(self, *columns: Any, **options: Any) -> None:
        super().__init__(*columns, **options)
        self._told: dict[TaskID, int] = {}

    def update(self, task_id: TaskID, **changes: Any) -> None:
        super().update(task_id, **changes)
        self._tell(task_id)

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        super().advance(task_id, advance)
        self._tell(task_id)

    def _tell(self, task_id: TaskID) -> None:
        task = self._tasks[task_id]
        tenths = int(task.percentage // 10)
        if tenths > self._told.get(task_id, 0):
            self._told[task_id] = tenths
            done = f'{task.description} {task.completed:.0f}/{task.total:.0f}'
            seconds = f'{task.elapsed or 0:.0f} s'
            self.console.print(done, seconds, task.fields['note'])
