"""Sum up a run on one page: data, curves, the collapse, best and worst people.

tools/train.py writes the same page at the end of a training. It is one file of HTML
with all pictures inside, and a short one of Markdown.
"""

import argparse
from pathlib import Path


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='example:\n  python tools/analysis/summarize_run.py '
        'work_dirs/efflite0_lsp20_dual',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('work_dir', type=Path, metavar='WORK_DIR', help='work dir of a training')
    add('--data-root', metavar='DIR', help="data folder, instead of the run's")
    return parser.parse_args(argv)


def main(args: argparse.Namespace) -> None:
    """Write the page, and print its path.

    Raises:
        UserError: If the folder holds no run, or its data is missing.
    """
    from rich.console import Console

    from semi_pose.analysis.summary import write_summary
    from semi_pose.cli.tool import checked_data
    from semi_pose.recipes.reading import recorded_config

    cfg = recorded_config(args.work_dir, args.data_root)
    with Console().status('Summing up'), checked_data(cfg, 'train'):
        page = write_summary(cfg, args.work_dir)
    print(f'Wrote {page}: open it in a browser\nText: {page.with_suffix(".md")}')


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options))
