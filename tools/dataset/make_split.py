"""Split a COCO keypoint file into labeled, unlabeled and validation people.

The result is a folder that every COCO-like recipe takes by --data-root.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semi_pose.datasets.split import Split, SplitRules

EXAMPLE = """examples:
  python tools/dataset/make_split.py data/lsp/annotations/lsp_train.json \\
      --labels 20 --first --out data/lsp_split
  python tools/dataset/make_split.py clips/people.json --labels 200 --stratify \\
      --group video --val 0.25 --images clips/frames --out data/clips_split"""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('file', type=Path, help='COCO keypoint file')
    add('--labels', type=int, required=True, metavar='N', help='how many are labeled')
    add('--out', type=Path, required=True, metavar='DIR', help='folder to write')
    add('--fresh', action='store_true', help='replace a split that is there')
    add(
        '--images',
        type=Path,
        metavar='DIR',
        help='folder of the pictures (default: images next to FILE or its folder)',
    )
    add(
        '--val',
        type=float,
        default=0.2,
        metavar='V',
        help='labeled people or pictures for validation: a share, or a number of 1 or '
        'more (%(default)s)',
    )
    add_choice(parser)
    return parser.parse_args(argv)


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Add the options on who is chosen."""
    add = parser.add_argument
    add(
        '--by',
        choices=['person', 'picture'],
        default='person',
        help='what --labels and --val count (%(default)s)',
    )
    order = parser.add_mutually_exclusive_group()
    order.add_argument(
        '--first',
        action='store_true',
        help='label the first of the file, and validate with the last',
    )
    order.add_argument(
        '--seed', type=int, default=0, help='seed of a random choice (%(default)s)'
    )
    add(
        '--stratify',
        action='store_true',
        help='choose people with few and many visible joints as often as they occur',
    )
    groups = parser.add_mutually_exclusive_group()
    groups.add_argument(
        '--group',
        default='',
        metavar='KEY',
        help='keep images of the same value of this field together, such as video',
    )
    groups.add_argument(
        '--group-pattern',
        default='',
        metavar='REGEX',
        help='keep images together by a part of their file name, such as "^[^/]+"',
    )


def main(args: argparse.Namespace) -> None:
    """Split, and say where the parts lie.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from semi_pose.datasets.annotation_check import Use
    from semi_pose.datasets.annotation_files import load_coco
    from semi_pose.datasets.split import SplitRules, split_people

    check_options(args)
    images = find_images(args)
    use = Use(boxes=True, joints=True, dataset='the labeled set', folder=str(images))
    coco = load_coco(str(args.file), use)
    rules = SplitRules(
        args.labels,
        args.val,
        args.by,
        None if args.first else args.seed,
        args.stratify,
        args.group,
        args.group_pattern,
    )
    split = split_people(coco, rules, str(args.file))
    link(args.out / 'images', images)
    write(split, rules, args)
    print(summary(split, coco, args))


def check_options(args: argparse.Namespace) -> None:
    """Check that options make sense."""
    import re

    from semi_pose.errors import UserError
    from semi_pose.recipes.split_layout import MANIFEST, PARTS, part_file

    if args.labels < 1 or args.val <= 0:
        raise UserError(
            f'--labels {args.labels} --val {args.val:g}: training and validation need '
            '1 or more each.'
        )
    try:
        re.compile(args.group_pattern)
    except re.error as error:
        raise UserError(
            f'--group-pattern {args.group_pattern} is no regular expression ({error}).'
        ) from error
    written = [part_file(args.out, part) for part in PARTS]
    if args.file.resolve() in {path.resolve() for path in written}:
        raise UserError(f'{args.file} would be replaced: name another --out.')
    there = [path for path in [*written, args.out / MANIFEST] if path.exists()]
    if there and not args.fresh:
        raise UserError(
            f'{there[0]} is there: name another --out, or replace it by --fresh, and '
            f'with it {", ".join(PARTS)}.json in that folder.'
        )


def find_images(args: argparse.Namespace) -> Path:
    """Find the folder of the pictures."""
    from semi_pose.errors import UserError

    folders = [args.file.parent / 'images', args.file.parent.parent / 'images']
    folders = [args.images] if args.images else folders
    for folder in folders:
        if folder.is_dir():
            return folder
    raise UserError(
        f'There is no {" nor ".join(map(str, folders))}: name the folder that the file '
        'names begin from by --images.'
    )


def write(split: Split, rules: SplitRules, args: argparse.Namespace) -> None:
    """Write the parts, and last the manifest."""
    from semi_pose.engine.whole_files import write_whole
    from semi_pose.recipes.split_layout import MANIFEST, part_file

    parts = {}
    for name, part in split._asdict().items():
        path = part_file(args.out, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps(part).encode()
        write_whole(path, content)
        parts[name] = dict(
            file=str(path.relative_to(args.out)),
            sha256=hashlib.sha256(content).hexdigest(),
            image_ids=[image['id'] for image in part['images']],
            annotation_ids=[one['id'] for one in part['annotations']],
        )
    manifest = dict(
        source=str(args.file.absolute()),
        sha256=hashlib.sha256(args.file.read_bytes()).hexdigest(),
        rules=asdict(rules),
        parts=parts,
    )
    write_whole(args.out / MANIFEST, json.dumps(manifest).encode())


def link(path: Path, folder: Path) -> None:
    """Link to the folder of the pictures."""
    from semi_pose.errors import UserError

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.samefile(folder):
        return
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        raise UserError(f'{path} is there and no link: name another --out.')
    path.symlink_to(folder.resolve(), target_is_directory=True)


def summary(split: Split, coco: dict, args: argparse.Namespace) -> str:
    """Count the parts, and say where they lie and what to do next."""
    from semi_pose.cli.tool import tool_command

    names = dict(train='labeled', unlabeled='unlabeled', val='validation')
    lines = [
        f'{names[name]:11}{len(part["annotations"]):7} people in '
        f'{len(part["images"]):6} pictures'
        for name, part in split._asdict().items()
    ]
    left_out = len(coco['images']) - len(split.unlabeled['images'])
    left_out -= len(split.val['images'])
    if left_out:
        lines.append(
            f'{left_out} pictures are in no part: nobody in them is labeled, and their '
            'group validates'
        )
    data_root = f'CONFIG --data-root {args.out}'
    return '\n'.join(
        [
            *lines,
            f'Split: {args.out}, with manifest.json, and images as a link',
            f'Next: {tool_command("dataset/check_data")} {data_root}',
            f'then: {tool_command("train")} {data_root}',
        ]
    )


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options))
