"""Command-line options that train.py and test.py share; quick to import."""

import argparse
import ast
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from mmengine.config import DictAction


class ConfigOptions(DictAction):
    """MMEngine's action with text kept as it is: a path may have spaces and commas."""

    @staticmethod
    def _parse_iterable(val: str) -> Any:
        if val[:1] in ('"', "'", '[', '('):
            with suppress(SyntaxError, ValueError):
                return ast.literal_eval(val)
        parsed = DictAction._parse_iterable(val)
        return val if isinstance(parsed, str) else parsed


def make_parser(description: str, example: str) -> argparse.ArgumentParser:
    """Make a parser with the options of both tools, named as in MMPose.

    Args:
        description (str): What the tool does.
        example (str): A command to copy.

    Returns:
        ArgumentParser: The parser.
    """
    parser = argparse.ArgumentParser(
        description=description,
        epilog=f'example:\n  {example}',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('config', help='config file')
    add('--data-root', metavar='DIR', help="data folder, instead of the config's")
    add(
        '--work-dir',
        metavar='DIR',
        help='output folder (default: work_dirs/CONFIG_NAME)',
    )
    add_drawing(parser)
    add(
        '--cfg-options',
        nargs='+',
        action=ConfigOptions,
        metavar='KEY=VALUE',
        help="change settings of the config, e.g. train_cfg.max_epochs=2 key='[1,2]'",
    )
    add(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='what starts the processes of a distributed run (%(default)s)',
    )
    add('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    return parser


def add_drawing(parser: argparse.ArgumentParser) -> None:
    """Add the options on the drawing of predictions."""
    add = parser.add_argument
    add('--show-dir', metavar='DIR', help='draw predictions on validation images here')
    add('--show', action='store_true', help='show the drawings in a window')
    add('--interval', type=int, default=1, help='draw every n-th image (%(default)s)')
    add(
        '--wait-time',
        type=float,
        default=1,
        help='seconds that a window stays open (%(default)s)',
    )


def parse(
    parser: argparse.ArgumentParser, argv: Sequence[str] | None = None
) -> argparse.Namespace:
    """Parse, and store the local rank in the environment, where MMEngine reads it.

    Args:
        parser (ArgumentParser): The parser.
        argv (Sequence[str], optional): Arguments; those of the process if None.

    Returns:
        Namespace: The options.
    """
    try:
        args = parser.parse_args(argv)
    except ValueError:
        # DictAction fails on a value without "=".
        parser.error('--cfg-options takes KEY=VALUE pairs')
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args
