"""Draw easy views, hard views and heatmaps of a semi-supervised recipe."""

import argparse
from pathlib import Path

EXPLAINED = """

With a checkpoint it shows what the teacher predicts on the easy view, and what the
student is to learn on the hard view. Without one nothing is predicted: it shows the
pictures with their boxes, easy views, and hard views without what needs the teacher's
joints. With --labeled it shows labels and targets: with a checkpoint, what network 1
predicts beside them; without one, hard views with the labels in the teacher's place.
"""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__ + EXPLAINED,
        epilog='examples:\n  python tools/analysis/show_views.py '
        'configs/demo/efflite0_demo_dual.py work_dirs/demo/dual/iter_800.pth\n  '
        'python tools/analysis/show_views.py configs/semi/res18_coco1k_dual.py '
        '--labeled --data-root data/coco',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('config', help='config file of a semi-supervised recipe')
    add('checkpoint', nargs='?', help='checkpoint file; without it, see above')
    add(
        '--labeled',
        action='store_true',
        help='draw labeled people with their target heatmaps, not unlabeled ones',
    )
    add('--data-root', metavar='DIR', help="data folder, instead of the config's")
    add(
        '--out',
        type=Path,
        metavar='FILE',
        help='image to write (default: views.png, or labeled_views.png, next to the '
        'checkpoint, or in the current folder)',
    )
    add('--num', type=int, default=4, help='people to draw (%(default)s)')
    add('--seed', type=int, default=0, help='seed of people and views (%(default)s)')
    return parser.parse_args(argv)


def main(args: argparse.Namespace) -> None:
    """Draw the views, and print the path of the image.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from semi_pose import analysis
    from semi_pose.cli.tool import checked_data
    from semi_pose.engine.checkpoints import check_checkpoint
    from semi_pose.errors import UserError
    from semi_pose.recipes.reading import load_recipe

    if args.num < 1:
        raise UserError(f'--num is {args.num}: ask for 1 person or more.')
    if args.checkpoint is not None:
        check_checkpoint(args.checkpoint)
    cfg = load_recipe(args.config, args.data_root)
    with checked_data(cfg, 'train'):
        pairs = analysis.build_pairs(cfg)
        model = analysis.load_networks(cfg, args.checkpoint)
    name = 'labeled_views.png' if args.labeled else 'views.png'
    out = args.out or Path(args.checkpoint or name).with_name(name)
    is_trained = args.checkpoint is not None
    analysis.save_views(
        model, pairs, out, args.num, args.seed, args.labeled, is_trained
    )
    print(f'Wrote {out}')


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options))
