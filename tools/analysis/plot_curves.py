"""Draw curves of any runs from their logs."""

from __future__ import annotations

import argparse
from pathlib import Path


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='example:\n  python tools/analysis/plot_curves.py '
        'work_dirs/study/efflite0_lsp20_standard/seed0 '
        'work_dirs/study/efflite0_lsp20_dual/seed0 --keys response coco/AP',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('runs', nargs='+', type=Path, metavar='RUN_DIR', help='work dirs of runs')
    add(
        '--keys',
        nargs='+',
        default=['response', 'coco/AP'],
        help='scalars to draw, one panel each (%(default)s)',
    )
    add('--labels', nargs='+', help='names of the runs (default: their folders)')
    add(
        '--smooth',
        type=int,
        default=1,
        metavar='N',
        help='moving average over N logged values (%(default)s)',
    )
    add(
        '--out',
        type=Path,
        default=Path('curves.png'),
        metavar='FILE',
        help='image to write (%(default)s)',
    )
    return parser.parse_args(argv)


def main(args: argparse.Namespace) -> None:
    """Draw the curves, and print the path of the image.

    Raises:
        UserError: If a folder holds no log, or no log a key.
    """
    from semi_pose.analysis.curves import DPI, Line, Panel, draw_panels, look
    from semi_pose.errors import UserError
    from semi_pose.runs.logs import in_steps, read_scalars, series

    labels = args.labels or [str(run) for run in args.runs]
    if len(labels) != len(args.runs):
        raise UserError(
            f'--labels names {len(labels)} of {len(args.runs)} runs: name each, in '
            'order.'
        )
    if args.smooth < 1:
        raise UserError(f'--smooth is {args.smooth}: average over 1 value or more.')
    logs = [in_steps(read_scalars(run)) for run in args.runs]
    check_logs(args.runs, logs, args.keys)
    panels = [
        Panel(
            key,
            [
                Line(label, [series(log, key)], *look(number))
                for number, (label, log) in enumerate(zip(labels, logs, strict=True))
            ],
        )
        for key in args.keys
    ]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    draw_panels(panels, args.smooth).savefig(args.out, dpi=DPI)
    print(f'Wrote {args.out}')


def check_logs(runs: list[Path], logs: list[list[dict]], keys: list[str]) -> None:
    """Check that there is something to draw.

    Args:
        runs (list[Path]): Work dirs.
        logs (list[list[dict]]): Their scalars.
        keys (list[str]): The scalars to draw.

    Raises:
        UserError: If there is nothing; the message lists what there is.
    """
    from semi_pose.errors import UserError

    for run, log in zip(runs, logs, strict=True):
        if not log:
            raise UserError(
                f'{run} holds no log: name the work dir of a run, the folder that '
                'contains <time>/vis_data/scalars.json.'
            )
    logged = sorted({key for log in logs for record in log for key in record})
    for key in keys:
        if key not in logged:
            raise UserError(
                f'No run has logged {key}: choose among {", ".join(logged)}.'
            )


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run as run_tool

    run_tool(lambda: main(options))
