"""Write a semi-supervised recipe for a top-down heatmap config of MMPose.

The recipe is a short config with the differences from the stock one, to be read and
changed by hand. It is written whole or not at all. --method distill also writes the
recipe of the teachers, which train on the labels alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmengine.config import Config

    from semi_pose.recipes.semi_recipe import Wish

STOCK = 'td-hm_hrnet-w32_8xb64-210e_coco-256x192.py'
EXAMPLE = f"""example:
  python tools/model/make_semi_config.py \\
      mmpose::body_2d_keypoint/topdown_heatmap/coco/{STOCK} \\
      --unlabeled my_data/boxes.json --unlabeled-images my_data/frames \\
      --labels 1000 --out configs/my_dual.py
a student of three supervised networks' labels, with its teachers' recipe:
  python tools/model/make_semi_config.py my_stock_config.py --method distill \\
      --unlabeled my_data/frames --out configs/my_distill.py"""
METHODS = 'single', 'dual', 'standard', 'mean_teacher', 'multiaugs', 'sspcm', 'distill'


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('config', help='the stock config: a path, or mmpose::FOLDER/NAME.py')
    add(
        '--unlabeled',
        type=Path,
        required=True,
        metavar='FILE_OR_FOLDER',
        help='COCO file of person boxes (no joints needed), a folder with one, or a '
        'folder of pictures of one person each',
    )
    add(
        '--unlabeled-images',
        type=Path,
        metavar='DIR',
        help='folder of its pictures (default: looked for near the file)',
    )
    add('--labels', type=int, metavar='N', help='labeled people to use (all)')
    add('--method', choices=METHODS, default='dual', help='method (%(default)s)')
    add(
        '--out',
        type=Path,
        metavar='FILE',
        help='recipe to write (default: CONFIG_NAME_METHOD.py in this folder)',
    )
    add('--fresh', action='store_true', help='replace files that exist')
    return parser.parse_args(argv)


def main(args: argparse.Namespace) -> None:
    """Write the recipe, and say what to do next.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from semi_pose.engine.whole_files import write_whole
    from semi_pose.recipes.check_stock import check_stock
    from semi_pose.recipes.reading import read_config
    from semi_pose.recipes.semi_recipe import Wish
    from semi_pose.recipes.unlabeled_people import find_people

    out = check_options(args)
    cfg = read_config(args.config)
    check_stock(cfg, args.config)
    people = find_people(args.unlabeled, args.unlabeled_images)
    wish = Wish(args.config, args.method, people, args.labels, out)
    count = count_people(wish)
    codes = write_codes(cfg, wish, count)
    out.parent.mkdir(parents=True, exist_ok=True)
    for path, code in codes.items():
        write_whole(path, code.encode())
    print(summary(wish, count))


def check_options(args: argparse.Namespace) -> Path:
    """Check the options, and return where the recipe goes."""
    from semi_pose.errors import UserError
    from semi_pose.recipes.distill_recipe import teacher_path

    if args.labels is not None and args.labels < 1:
        raise UserError(f'--labels is {args.labels}: use 1 labeled person or more.')
    name = args.config.rpartition('::')[2]
    out = args.out or Path(f'{Path(name).stem}_{args.method}.py')
    if out.suffix != '.py':
        raise UserError(f'--out {out} is no Python file: name one that ends in .py.')
    written = [out, teacher_path(out)] if args.method == 'distill' else [out]
    for path in filter(Path.exists, written):
        if path.resolve() == Path(args.config).resolve():
            raise UserError(f'{path} is the stock config: name another --out.')
        if not args.fresh:
            raise UserError(
                f'{path} exists: replace it by --fresh, or name another --out.'
            )
    return out


def count_people(wish: Wish) -> int:
    """Read the unlabeled people as training will, and count them."""
    from semi_pose.datasets import UnlabeledDataset

    return len(UnlabeledDataset(**wish.people.settings))


def write_codes(cfg: Config, wish: Wish, count: int) -> dict[Path, str]:
    """Write the code of each file; ``count`` people are unlabeled."""
    from semi_pose.cli.tool import tool_command
    from semi_pose.recipes.distill_recipe import teacher_path, write_distill
    from semi_pose.recipes.semi_recipe import write_recipe

    train = tool_command('train')
    if wish.method != 'distill':
        return {wish.out: write_recipe(cfg, wish, train)}
    train = f'{train} {teacher_path(wish.out)}'
    return write_distill(cfg, wish, count, train, study_command(wish.out))


def study_command(out: Path) -> str:
    """Name the command that trains teachers, then a student of their labels."""
    from semi_pose.cli.tool import tool_command
    from semi_pose.recipes.distill_recipe import teacher_path

    return f'{tool_command("analysis/study")} {teacher_path(out)}@0,1,2 {out}'


def summary(wish: Wish, count: int) -> str:
    """Say what was written, and what to do next."""
    from semi_pose.cli.tool import tool_command
    from semi_pose.recipes.distill_recipe import teacher_path

    people, labels = wish.people, wish.labels or 'all'
    source = people.ann_file or f'{people.images}, one in each picture'
    lines = [
        f'Wrote {wish.out}: {wish.method} on {labels} labels of {wish.stock}',
        f'Unlabeled: {count} people of {source}',
    ]
    if wish.method == 'distill':
        lines[1:1] = [f'Wrote {teacher_path(wish.out)}: the recipe of its teachers']
        return '\n'.join([*lines, f'Next: {study_command(wish.out)}'])
    checkpoint = f'work_dirs/{wish.out.stem}/CHECKPOINT'
    views = f'{tool_command("analysis/show_views")} {wish.out} {checkpoint}'
    next_steps = f'Next: {tool_command("train")} {wish.out}', f'Then: {views}'
    return '\n'.join([*lines, *next_steps])


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options))
