"""Runs parts one after the other, and puts their figures into a table and a file."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path

import torch
from mmengine.utils.dl_utils import collect_env
from rich.console import Console
from rich.table import Table

from semi_pose.errors import UserError

from .figures import Figure
from .processes import in_new_process

TABLE_WIDTH = 140
LEAST_SECONDS = 10  # a process needs them to start


@dataclass(frozen=True)
class Part:
    """What one process measures, a generator function of figures, and for how long."""

    name: str
    function: Callable[..., Iterator[Figure]]
    arguments: tuple
    seconds: float = inf


def measure(parts: Sequence[Part], out: Path, seconds: float = inf) -> None:
    """Run parts, each in a process of its own, and print and write their figures.

    The file is written after each part, so that a run that is killed keeps what it
    has; a part that fails leaves its error, and the others go on.

    Args:
        parts (Sequence[Part]): The most important first.
        out (Path): File to write, JSON.
        seconds (float): For all parts together. The last ones may get less than
            theirs, or be left out.

    Raises:
        UserError: At the end, if a part failed.
    """
    console = Console(file=sys.stdout, soft_wrap=True, highlight=False)
    console.width = max(console.width, TABLE_WIDTH)
    end = time.monotonic() + seconds
    report = dict(machine=describe_machine(), parts=[])
    out.parent.mkdir(parents=True, exist_ok=True)
    figures = []
    out.write_text(json.dumps(report, indent=2))
    for number, part in enumerate(parts, 1):
        if end - time.monotonic() < LEAST_SECONDS:
            names = ', '.join(one.name for one in parts[number - 1 :])
            console.print(f'Left out, as the time is up: {names}')
            break
        with console.status(f'{number} of {len(parts)}: {part.name}'):
            found, record = run_part(part, end - time.monotonic())
        figures += found
        report['parts'].append(record)
        out.write_text(json.dumps(report, indent=2))
        console.print(f'{part.name}: {record["seconds"]:.0f} s {last_line(record)}')
    console.print(make_table(figures))
    console.print(f'Wrote {out}. What the figures mean: docs/performance.md')
    if failed := [one['name'] for one in report['parts'] if one['error']]:
        raise UserError(f'Failed: {", ".join(failed)}. The tracebacks are in {out}.')


def run_part(part: Part, seconds_left: float) -> tuple[list[Figure], dict]:
    """Run one part; return its figures, and what is written about it."""
    figures, error = [], None
    start = time.monotonic()
    limit = min(part.seconds, seconds_left)
    try:
        for figure in in_new_process(part.function, *part.arguments, seconds=limit):
            figures.append(figure)
    except RuntimeError as problem:
        error = str(problem)
    record = dict(name=part.name, seconds=time.monotonic() - start, error=error)
    return figures, dict(record, figures=[describe(one) for one in figures])


def describe(figure: Figure) -> dict:
    """Return a figure as it is written."""
    return dict(asdict(figure), ratio=figure.ratio, reached=figure.reached)


def describe_machine() -> dict:
    """Return what the figures depend on."""
    versions = {key: str(value) for key, value in collect_env().items()}
    for key in ('PyTorch compiling details', 'numpy_random_seed'):
        versions.pop(key, None)
    cores = len(os.sched_getaffinity(0))
    return dict(cores=cores, threads=torch.get_num_threads(), **versions)


def last_line(record: dict) -> str:
    """Return the last line of a part's error, nothing if there is none."""
    return (record['error'] or '').strip().rpartition('\n')[2]


def make_table(figures: list[Figure]) -> Table:
    """Lay the figures out."""
    table = Table('figure', title='Ratios: median and range')
    for title in ('ours', 'reference', 'ratio', 'range', 'target'):
        table.add_column(title, justify='right')
    for one in figures:
        verdict = {None: '', True: 'reached', False: 'missed'}[one.reached]
        ours, reference = one.medians
        table.add_row(
            one.name,
            f'{ours:.4g} {one.unit}',
            f'{reference:.4g} {one.unit}',
            f'{one.ratio:.3f}',
            f'{min(one.ratios):.3f} to {max(one.ratios):.3f}',
            f'{one.target} {verdict}',
        )
    return table
