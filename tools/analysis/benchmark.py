"""Measure what this plugin costs, each figure against the work that has to be done.

Every figure is a ratio of two things timed in turn in this run.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from semi_pose.benchmark import Figure

TABLE_WIDTH = 140
ROOT = Path(__file__).resolve().parents[2]
PARTS = {
    'step': 'a training step against its bare passes',
    'hard_pipeline': 'Joint Cutout and the affine against a plain loop',
    'loading': "samples against MMPose's pipeline",
    'scale': 'data sets of the size of COCO',
    'memory': 'peak memory of a step',
    'monitor': 'CollapseMonitor against the steps between its measurements',
    'options': 'channels_last, bf16, torch.compile, kept memory',
    'startup': 'imports and --help',
}


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parts = '\n'.join(f'  {name:14} {what}' for name, what in PARTS.items())
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=f'parts:\n{parts}\n\nexample:\n'
        '  python tools/analysis/benchmark.py step options --batch-size 4',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        'parts',
        nargs='*',
        metavar='PART',
        help='what to measure (all)',
    )
    add(
        '--config',
        default=str(ROOT / 'configs/semi/res18_coco1k_dual.py'),
        help='semi-supervised recipe on COCO (ResNet-18, dual)',
    )
    add('--batch-size', type=int, default=4, help='of labeled samples (%(default)s)')
    add('--rounds', type=int, default=9, help='measurements a figure (%(default)s)')
    add('--threads', type=int, help="torch's threads (as many as cores)")
    add(
        '--data-root',
        type=Path,
        metavar='DIR',
        help='COCO, for the loading (pictures of 192x256 drawn by the benchmark)',
    )
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmark.json'),
        metavar='FILE',
        help='where to write the figures (%(default)s)',
    )
    args = parser.parse_args(argv)
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f'no part {", ".join(unknown)}: choose from {", ".join(PARTS)}')
    return args


def main(args: argparse.Namespace) -> None:
    """Measure, and print and write the figures.

    Args:
        args (Namespace): The options.

    Raises:
        UserError: If the config or the data is missing.
    """
    import torch
    from rich.console import Console

    if args.threads:
        torch.set_num_threads(args.threads)
    # With a file of its own: what libraries print while measuring goes elsewhere.
    console = Console(file=sys.stdout, soft_wrap=True, highlight=False)
    console.width = max(console.width, TABLE_WIDTH)
    warnings.simplefilter('ignore')
    figures = []
    with TemporaryDirectory() as scratch:
        for part in args.parts or PARTS:
            with (
                console.status(f'Measuring {part}: {PARTS[part]}'),
                redirect_stdout(StringIO()),
            ):
                figures += measurements(args, Path(scratch))[part]()
    console.print(make_table(figures))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(report(figures), indent=2))
    console.print(f'Wrote {args.out}. What the figures mean: docs/performance.md')


def measurements(
    args: argparse.Namespace, scratch: Path
) -> dict[str, Callable[[], list[Figure]]]:
    """Return what measures each part.

    Args:
        args (Namespace): The options.
        scratch (Path): Folder for drawn pictures and annotation files.

    Returns:
        dict[str, Callable]: By the names in ``PARTS``.
    """
    from semi_pose import benchmark

    step = args.config, args.batch_size, args.rounds
    return {
        'step': lambda: benchmark.measure_step(*step),
        'hard_pipeline': lambda: benchmark.measure_hard_pipeline(
            args.config, 32, args.rounds
        ),
        'loading': lambda: benchmark.measure_loading(
            args.config, args.data_root or drawn_people(scratch), args.rounds
        ),
        'scale': lambda: benchmark.measure_scale(
            drawn_people(scratch), max(args.rounds // 3, 1)
        ),
        'memory': lambda: benchmark.measure_memory(
            args.config, args.batch_size, max(args.rounds // 3, 1)
        ),
        'monitor': lambda: benchmark.measure_monitor(*step),
        'options': lambda: benchmark.measure_options(*step),
        'startup': lambda: benchmark.measure_startup(
            ROOT / 'tools/train.py', max(args.rounds // 2, 1)
        ),
    }


def drawn_people(scratch: Path) -> Path:
    """Draw pictures of people into a folder, unless they are there; return it."""
    from semi_pose.synthetic import write_dataset

    folder = scratch / 'people'
    if not folder.exists():
        write_dataset(folder, num_train=100, num_val=1)
    return folder


def make_table(figures: list[Figure]) -> Table:
    """Lay the figures out."""
    from rich.table import Table

    table = Table('figure', title='Medians; ratios with their range')
    for title in ('ours', 'reference', 'ratio', 'range', 'target'):
        table.add_column(title, justify='right')
    for one in figures:
        table.add_row(
            one.name,
            f'{one.ours:.4g} {one.unit}',
            f'{one.reference:.4g} {one.unit}',
            f'{one.ratio:.3f}',
            f'{min(one.ratios):.3f} to {max(one.ratios):.3f}',
            f'{one.target} {verdict(one)}',
        )
    return table


def verdict(figure: Figure) -> str:
    """Say in a word whether a figure reaches its target."""
    return {None: '', True: 'reached', False: 'missed'}[figure.reached]


def report(figures: list[Figure]) -> dict:
    """Put figures and machine together, to be written as JSON."""
    import torch

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return dict(
        machine=dict(
            processor=platform.processor() or platform.machine(),
            gpu=gpu,
            threads=torch.get_num_threads(),
            torch=torch.__version__,
        ),
        figures=[
            dict(asdict(one), ratio=one.ratio, reached=one.reached) for one in figures
        ],
    )


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options))
