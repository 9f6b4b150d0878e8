"""Estimate the GPU hours of recipes from their number of operations.

Nothing is trained and no data is needed: operations are counted from shapes. The hours
are an estimate for a device that reaches --tflops in practice, which is less than its
data sheet says.
"""

from __future__ import annotations

import argparse
from pathlib import Path

COCO_TRAIN = 149_813
LABELS = 1000


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='example:\n  '
        'python tools/analysis/cost.py configs/semi/*.py --tflops 20',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('configs', nargs='+', help='config files')
    add(
        '--tflops',
        type=float,
        default=20,
        help='10^12 operations per second that the device reaches (%(default)s)',
    )
    add(
        '--unlabeled',
        type=int,
        default=COCO_TRAIN,
        metavar='N',
        help='unlabeled people per epoch of the semi-supervised recipes (%(default)s)',
    )
    add(
        '--labeled',
        type=int,
        default=LABELS,
        metavar='N',
        help='labeled people per epoch of the supervised recipes (%(default)s)',
    )
    return parser.parse_args(argv)


def main(args: argparse.Namespace) -> None:
    """Print a table of costs.

    Raises:
        UserError: If a config is missing or broken.
    """
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    from semi_pose.analysis.cost import count_cost
    from semi_pose.errors import UserError

    if args.tflops <= 0:
        raise UserError(f'--tflops is {args.tflops}: give what the device reaches.')
    table = Table('recipe', title=f'Estimate at {args.tflops:g} TFLOPS')
    for title in ('GFLOPs per pair', 'pairs', 'GPU hours'):
        table.add_column(title, justify='right')
    console = Console(soft_wrap=True, highlight=False)
    for config in track(args.configs, 'Counting', console=console, transient=True):
        cost = count_cost(config, args.labeled, args.unlabeled)
        table.add_row(
            Path(config).stem,
            f'{cost.flops / 1e9:.1f}',
            f'{cost.pairs:,}',
            f'{cost.hours(args.tflops):.2f}',
        )
    console.print(table)
    console.print('How to reduce it: docs/performance.md')


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options))
