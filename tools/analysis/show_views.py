"""Draw easy views, hard views and heatmaps of a semi-supervised model."""

import argparse
from pathlib import Path


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='example:\n  python tools/analysis/show_views.py '
        'configs/demo/efflite0_demo_dual.py work_dirs/demo/dual/iter_1000.pth',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('config', help='config file of a semi-supervised recipe')
    add('checkpoint', help='checkpoint file')
    add('--data-root', metavar='DIR', help="data folder, instead of the config's")
    add(
        '--allow-outside',
        action='store_true',
        help='let annotation files name pictures outside the data folder',
    )
    add(
        '--out',
        type=Path,
        metavar='FILE',
        help='image to write (default: views.png next to the checkpoint)',
    )
    add('--num', type=int, default=4, help='unlabeled people to draw (%(default)s)')
    add('--seed', type=int, default=0, help='seed of people and views (%(default)s)')
    return parser.parse_args(argv)


def main(args: argparse.Namespace) -> None:
    """Draw the views, and print the path of the image.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from semi_pose import analysis
    from semi_pose.cli.tool import checked_data
    from semi_pose.datasets.annotation_check import allow_outside
    from semi_pose.engine.checkpoints import check_checkpoint
    from semi_pose.errors import UserError
    from semi_pose.recipes.reading import load_recipe

    if args.num < 1:
        raise UserError(f'--num is {args.num}: ask for 1 person or more.')
    check_checkpoint(args.checkpoint)
    if args.allow_outside:
        allow_outside()
    cfg = load_recipe(args.config, args.data_root)
    with checked_data(cfg, 'train'):
        pairs = analysis.build_pairs(cfg)
        model = analysis.load_networks(cfg, args.checkpoint)
    out = args.out or Path(args.checkpoint).with_name('views.png')
    analysis.save_views(model, pairs, out, args.num, args.seed)
    print(f'Wrote {out}')


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options))
