"""Compare two models on the same pictures: accuracy, joints, where they differ most.

A model is WORK_DIR (its best checkpoint, or else the last one) or CONFIG:CHECKPOINT,
and :NETWORK behind it for another network than the tested one: net1, net2, ensemble,
ema, student. Both are tested on the validation people of A.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from semi_pose.analysis.comparison import Comparison


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='examples:\n  python tools/analysis/compare_models.py '
        'work_dirs/efflite0_lsp20_supervised work_dirs/efflite0_lsp20_dual:ensemble\n'
        '  python tools/analysis/compare_models.py CONFIG:CHECKPOINT:net1 '
        'CONFIG:CHECKPOINT:net2',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('a', metavar='A', help='the first model')
    add('b', metavar='B', help='the second model')
    add('--data-root', metavar='DIR', help="data folder, instead of the configs'")
    add('--num', type=int, default=12, help='people to draw (%(default)s)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/comparison'),
        metavar='DIR',
        help='folder to write (%(default)s)',
    )
    return parser.parse_args(argv)


def main(args: argparse.Namespace) -> None:
    """Compare, print the accuracies, and say where the page lies.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from rich.console import Console

    from semi_pose.analysis.comparison import compare, find_model
    from semi_pose.cli.diagnosis import explained
    from semi_pose.cli.progress import progress_display
    from semi_pose.datasets.annotation_check import uses_in
    from semi_pose.datasets.annotation_files import shared_files
    from semi_pose.errors import UserError
    from semi_pose.recipes.data_root import data_parts

    if args.num < 1:
        raise UserError(f'--num is {args.num}: ask for 1 person or more.')
    models = [find_model(name, args.data_root) for name in (args.a, args.b)]
    console = Console(soft_wrap=True, highlight=False)
    cfg = models[0].cfg
    shared = shared_files(uses_in(data_parts(cfg, ('val',))))
    with shared, explained(cfg), progress_display(console) as progress:

        def track(loader: Iterable, name: str) -> Iterator:
            task = progress.add_task(name, total=len(loader), note='')
            for batch in loader:
                yield batch
                progress.advance(task)

        found = compare(*models, track)
    show(found, console)
    write(found, models, args)
    print(f'Wrote {args.out / "comparison.html"}: open it in a browser')
    print(f'Contact sheet: {args.out / "comparison.png"}')
    print(f'All people:    {args.out / "people.csv"}')


def show(found: Comparison, console: Console) -> None:
    """Print the accuracies."""
    from rich.table import Table

    from semi_pose.analysis.comparison import with_difference

    table = Table(title='Validation people of A (%)')
    for number, name in enumerate(('', 'A', 'B', 'B - A')):
        table.add_column(name, justify='right' if number else 'left')
    for rows in (found.accuracy, found.joints[['A', 'B']]):
        for row in with_difference(rows, ''):
            table.add_row(*map(str, row.values()))
        table.add_section()
    console.print(table)


def write(found: Comparison, models: list, args: argparse.Namespace) -> None:
    """Write the page, the contact sheet and the table of people."""
    from semi_pose.analysis.comparison import comparison_page, draw_differences
    from semi_pose.analysis.people_pictures import DPI, contact_sheet

    args.out.mkdir(parents=True, exist_ok=True)
    pictures, captions = draw_differences(found, args.num)
    contact_sheet(pictures, captions, 2).savefig(args.out / 'comparison.png', dpi=DPI)
    page = comparison_page(found, *models, pictures, captions)
    (args.out / 'comparison.html').write_text(page)
    found.people.round(4).to_csv(args.out / 'people.csv', index_label='person')


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options))
