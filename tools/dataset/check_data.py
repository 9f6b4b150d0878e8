"""Check all data that a recipe points to, and show it, before a training.

One table of the labeled, unlabeled, validation and test set; pictures that are in two
of them; and a contact sheet of people with their joints. The exit status is 1 if
something would spoil a run: a fault that training refuses, or pictures for validation
among those that are trained on.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.config import DictAction

if TYPE_CHECKING:
    from mmengine.config import Config
    from rich.console import Console

    from semi_pose.data_check import DataSet, Pictures, Shared

EXAMPLE = """example:
  python tools/dataset/check_data.py configs/lsp/efflite0_lsp20_dual.py \\
      --data-root data"""
LISTED = 10  # pairs of pictures
LOG_WIDTH = 110  # characters, where there is no terminal


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('config', help='config file')
    add('--data-root', metavar='DIR', help="data folder, instead of the config's")
    add(
        '--out',
        type=Path,
        metavar='FILE',
        help='contact sheet to write (default: work_dirs/CONFIG_NAME/data.png)',
    )
    add('--num', type=int, default=8, help='people of each set on it (%(default)s)')
    add('--seed', type=int, default=0, help='seed of their choice (%(default)s)')
    add(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help="change settings of the config, as tools/train.py's",
    )
    return parser.parse_args(argv)


def main(args: argparse.Namespace) -> int:
    """Check the data, and say where the sheet lies.

    Returns:
        int: The exit status.

    Raises:
        UserError: If the config or its files are missing.
    """
    from rich.console import Console

    from semi_pose.data_check import (
        check_picture_sizes,
        draw_sheet,
        read_sets,
        sets_table,
        shared_table,
    )
    from semi_pose.errors import UserError

    if args.num < 2:
        raise UserError(f'--num is {args.num}: ask for 2 people or more.')
    cfg = read_recipe(args)
    width = None if sys.stdout.isatty() else LOG_WIDTH
    console = Console(width=width, highlight=False, soft_wrap=True)
    sets = read_sets(cfg)
    pictures, shared = compare(sets, console)
    for one in sets:
        check_picture_sizes(one, pictures)
    console.print(sets_table(sets, pictures))
    console.print(shared_table(shared))
    say(sets, shared, console)
    out = args.out or Path(cfg.work_dir, 'data.png')
    out.parent.mkdir(parents=True, exist_ok=True)
    draw_sheet(sets, shared, args.num, args.seed).savefig(out, dpi=150)
    console.print(f'Contact sheet: {out}')
    return conclude(args, sets, shared, console)


def read_recipe(args: argparse.Namespace) -> Config:
    """Read the config, as tools/train.py does, and look for its files."""
    from mmengine.registry import init_default_scope

    from semi_pose.recipes.data_root import TEST, TRAIN, check_files, set_data_root
    from semi_pose.recipes.layouts import name_work_dir, use_layout
    from semi_pose.recipes.reading import read_config

    cfg = read_config(args.config)
    if args.data_root:
        set_data_root(cfg, args.data_root)
    cfg.merge_from_dict(args.cfg_options or {})
    name_work_dir(cfg)
    if args.data_root and (done := use_layout(cfg, args.data_root)):
        print(done)
    check_files(cfg, TRAIN + TEST)
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    return cfg


def compare(sets: list[DataSet], console: Console) -> tuple[Pictures, list[Shared]]:
    """Read all pictures and compare those of different sets, with a progress."""
    from semi_pose.cli.progress import progress_display
    from semi_pose.data_check import find_shared, pairs_to_compare, read_pictures

    records = [record for one in sets for record in one.records]
    count = len({record['img_path'] for record in records})
    with progress_display(console) as progress:
        task = progress.add_task('Reading pictures', total=count or 1, note='')
        pictures = read_pictures(records, lambda: progress.advance(task))
        pairs = len(pairs_to_compare(sets))
        task = progress.add_task('Comparing sets', total=pairs or 1, note='')
        shared = find_shared(sets, pictures, lambda: progress.advance(task))
    return pictures, shared


def say(sets: list[DataSet], shared: list[Shared], console: Console) -> None:
    """Print faults and notes, each once, and pictures in two sets."""
    for title, kind in (('Fault', 'faults'), ('Note', 'notes')):
        for line in dict.fromkeys(line for one in sets for line in getattr(one, kind)):
            console.print(f'{title}: {line}', markup=False)
    for one in shared:
        found = [('are the same', *pair) for pair in one.copies]
        found += [
            (f'look alike ({value:.2f})', first, second)
            for first, second, value in one.alike
        ]
        for what, first, second in found[:LISTED]:
            line = f'{one.first}, {one.second}: {first} and {second} {what}'
            console.print(line, markup=False)
        if len(found) > LISTED:
            console.print(f'... and {len(found) - LISTED} more')


def conclude(
    args: argparse.Namespace,
    sets: list[DataSet],
    shared: list[Shared],
    console: Console,
) -> int:
    """Say what to do next.

    Returns:
        int: The exit status.
    """
    from semi_pose.cli.tool import tool_command

    faults = sum(len(one.faults) for one in sets)
    leaks = [one for one in shared if one.spoils]
    for one in leaks:
        some = [*one.same, *(first for first, _ in one.copies)]
        console.print(
            f'{len(some)} pictures of the {one.second} set are in the {one.first} set, '
            f'such as {some[0]}.',
            markup=False,
        )
    if faults or leaks:
        wrong = ['correct the faults above'] if faults else []
        wrong += ['take these pictures out of the training sets'] if leaks else []
        console.print(f'Next: {" and ".join(wrong)}, then check again.')
        return 1
    if any(one.alike for one in shared if one.validates):
        console.print('Look at the pictures alike: accuracy on them says little.')
    root = f' --data-root {args.data_root}' if args.data_root else ''
    console.print(f'Next: {tool_command("train")} {args.config}{root}')
    return 0


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: sys.exit(main(options)))
