"""Label people by a trained top-down model, for training beside the real labels.

The labels of PseudoPose or, with --tta, of DataDistill: a COCO keypoint file that
MMPose's own data sets read. Any checkpoint of MMPose will do. A second call goes on
where the first one was interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmengine.config import Config
    from rich.console import Console

    from semi_pose.pseudo_labels import Labeler, PartialLabels, PeopleToLabel

SCALES = (0.8, 1.0, 1.2)


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='example:\n  python tools/dataset/make_pseudo_labels.py '
        'configs/lsp/efflite0_lsp100_supervised.py CHECKPOINT '
        '--unlabeled configs/lsp/efflite0_lsp100_dual.py '
        '--out data/lsp100_pseudo_labels.json',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('config', help='config file of the labeling model; its test pipeline is used')
    add('checkpoint', help='checkpoint file')
    add_people(parser)
    add_labeling(parser)
    return parser.parse_args(argv)


def add_people(parser: argparse.ArgumentParser) -> None:
    """Add the options on who is labeled, and where the labels go.

    Args:
        parser (ArgumentParser): The parser.
    """
    add = parser.add_argument
    people = parser.add_mutually_exclusive_group(required=True)
    people.add_argument(
        '--unlabeled', metavar='CONFIG', help='recipe whose unlabeled set is labeled'
    )
    people.add_argument(
        '--ann-file', metavar='FILE', help='or: COCO file of images and person boxes'
    )
    add('--img-dir', metavar='DIR', help='folder of the images of --ann-file')
    add('--bbox-file', metavar='FILE', help="a detector's boxes for --ann-file")
    add(
        '--data-root',
        metavar='DIR',
        help="take the recipe's data from here; file names will be relative to it "
        '(default: as the recipe says; --img-dir)',
    )
    add('--out', type=Path, required=True, metavar='FILE', help='JSON file to write')


def add_labeling(parser: argparse.ArgumentParser) -> None:
    """Add the options on how they are labeled.

    Args:
        parser (ArgumentParser): The parser.
    """
    add = parser.add_argument
    add(
        '--score-thr',
        type=float,
        default=0.2,
        metavar='S',
        help='leave joints of a lower score unlabeled (%(default)s)',
    )
    add('--tta', action='store_true', help='average heatmaps over flips and scales')
    add(
        '--scales',
        type=float,
        nargs='+',
        metavar='S',
        help='magnifications of the crop for --tta (0.8 1 1.2)',
    )
    add(
        '--network',
        type=lambda name: int(name) if name.isdigit() else name,
        choices=[1, 2, 'ensemble', 'ema'],
        help='which network of a dual model labels (as its test_cfg says)',
    )
    add('--batch-size', type=int, default=64, metavar='N', help='people (%(default)s)')
    add('--num-workers', type=int, default=2, metavar='N', help='loading (%(default)s)')
    add('--device', help='such as cpu or cuda:1 (a GPU if there is one)')
    add('--fresh', action='store_true', help='forget what was labeled, begin anew')


def main(args: argparse.Namespace) -> None:
    """Label, and say where the labels lie.

    Args:
        args (Namespace): The options.

    Raises:
        UserError: If the user can mend what went wrong.
    """
    from mmengine.registry import init_default_scope
    from rich.console import Console

    from semi_pose.cli.diagnosis import explained
    from semi_pose.engine.checkpoints import check_checkpoint
    from semi_pose.recipes.reading import read_config

    check_options(args)
    check_checkpoint(args.checkpoint)
    cfg = read_config(args.config)
    cfg.load_from = args.checkpoint
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    console = Console(soft_wrap=True, highlight=False)
    with explained(cfg):
        people = find_people(args, cfg)
        coco = make_labels(args, cfg, people, console)
    console.print(summary(args, people, coco))


def make_labels(
    args: argparse.Namespace, cfg: Config, people: PeopleToLabel, console: Console
) -> dict:
    """Label, or find what was labeled by the same options before.

    Args:
        args (Namespace): The options.
        cfg (Config): The labeling model's config.
        people (PeopleToLabel): The people.
        console (Console): Where the progress shows.

    Returns:
        dict: The labels in COCO's form, as the file has them.

    Raises:
        UserError: If the checkpoint does not fit, files were made with other options,
            or no picture could be read.
    """
    from semi_pose.pseudo_labels import PartialLabels, load_labeler, to_coco, write_json

    categories = make_categories(args, people.metainfo)
    info = describe(args, len(people))
    path = args.out.with_name(f'{args.out.name}.partial')
    if args.fresh:
        args.out.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    if (coco := find_labels(args.out, info)) is not None:
        return coco
    joints = people.metainfo['num_keypoints']
    labeler = load_labeler(
        cfg, args.checkpoint, joints, args.network, args.scales, args.device
    )
    partial = PartialLabels(path, without_threshold(info))
    label(args, labeler, people, partial, console)
    coco = to_coco(partial.people, args.score_thr, categories, info)
    write_json(coco, args.out)
    path.unlink()
    return coco


def check_options(args: argparse.Namespace) -> None:
    """Check that options fit each other, and fill in the scales.

    Args:
        args (Namespace): The options; ``scales`` is set for --tta.

    Raises:
        UserError: If they do not.
    """
    from semi_pose.errors import UserError

    if args.scales and not args.tta:
        raise UserError('--scales goes with --tta: add it, or leave --scales out.')
    if args.tta:
        args.scales = args.scales or list(SCALES)
        if min(args.scales) <= 0:
            raise UserError(f'--scales {min(args.scales)}: magnify by more than 0.')
    if bool(args.ann_file) != bool(args.img_dir) or args.bbox_file and args.unlabeled:
        raise UserError(
            '--ann-file and --img-dir go together, and --bbox-file with them: name '
            'both, or a recipe by --unlabeled alone.'
        )
    if args.batch_size < 1:
        raise UserError(f'--batch-size is {args.batch_size}: take 1 person or more.')


def find_people(args: argparse.Namespace, cfg: Config) -> PeopleToLabel:
    """Find the people to label.

    Args:
        args (Namespace): The options.
        cfg (Config): The labeling model's config.

    Returns:
        PeopleToLabel: Cropped as the model is tested.

    Raises:
        UserError: If files are missing or broken, or joints do not fit.
    """
    from mmengine.config import Config

    from semi_pose.pseudo_labels import (
        PeopleToLabel,
        check_same_joints,
        find_metainfo,
        recipe_part,
        test_set,
    )
    from semi_pose.recipes.data_root import TRAIN, check_files, set_data_root
    from semi_pose.recipes.reading import read_config

    shown = test_set(cfg)
    metainfo = find_metainfo(shown)
    if args.unlabeled:
        recipe = read_config(args.unlabeled)
        part, root = recipe_part(recipe, 'unlabeled'), None
        labeled = find_metainfo(recipe.train_dataloader.dataset.labeled)
        check_same_joints(metainfo, labeled, args.config, args.unlabeled)
        if args.data_root:
            set_data_root(part, args.data_root)
    else:
        dataset = dict(
            type='UnlabeledDataset',
            ann_file=args.ann_file,
            bbox_file=args.bbox_file,
            data_prefix=dict(img=args.img_dir),
        )
        part = Config(dict(train_dataloader=dict(dataset=dataset)))
        root = args.data_root or args.img_dir
    check_files(part, TRAIN)
    return PeopleToLabel(part, shown.pipeline, metainfo, root)


def make_categories(args: argparse.Namespace, metainfo: dict) -> list[dict]:
    """Describe the joints as the recipe's labels do, if there are such.

    Args:
        args (Namespace): The options.
        metainfo (dict): Of the model's joints, parsed.

    Returns:
        list[dict]: COCO's ``categories``.
    """
    from semi_pose.pseudo_labels import find_categories, person_category, recipe_part
    from semi_pose.recipes.data_root import set_data_root
    from semi_pose.recipes.reading import read_config

    found = None
    if args.unlabeled:
        labeled = recipe_part(read_config(args.unlabeled), 'labeled')
        if args.data_root:
            set_data_root(labeled, args.data_root)
        found = find_categories(labeled)
    return found or [person_category(metainfo)]


def describe(args: argparse.Namespace, num_people: int) -> dict:
    """Return all that the labels depend on, for the file itself.

    Args:
        args (Namespace): The options.
        num_people (int): How many people there are to label.

    Returns:
        dict: COCO's ``info``.
    """
    digest = None
    if Path(args.checkpoint).is_file():
        digest = hashlib.sha256(Path(args.checkpoint).read_bytes()).hexdigest()
    names = 'config', 'checkpoint', 'unlabeled', 'ann_file', 'img_dir', 'bbox_file'
    names += 'data_root', 'network', 'scales', 'score_thr'
    options = {name: getattr(args, name) for name in names}
    description = 'DataDistill' if args.tta else 'PseudoPose'
    return dict(
        description=f'Pseudo labels ({description})',
        **options,
        checkpoint_sha256=digest,
        people=num_people,
    )


def without_threshold(info: dict) -> dict:
    """Return what a prediction depends on: the threshold comes after it."""
    return {key: value for key, value in info.items() if key != 'score_thr'}


def find_labels(out: Path, info: dict) -> dict | None:
    """Return the labels of an earlier call with the same options.

    Args:
        out (Path): The file.
        info (dict): How the labels are to be made.

    Returns:
        dict, optional: The labels; None if there is no such file.

    Raises:
        UserError: If the file was made otherwise, or is none of this tool.
    """
    from semi_pose.datasets import load_coco
    from semi_pose.pseudo_labels import check_same_options

    if not out.exists():
        return None
    coco = load_coco(str(out))
    check_same_options(out, coco.get('info', {}), info)
    return coco


def label(
    args: argparse.Namespace,
    labeler: Labeler,
    people: PeopleToLabel,
    partial: PartialLabels,
    console: Console,
) -> None:
    """Label all people that are not labeled so far, and show how far it is.

    Args:
        args (Namespace): The options.
        labeler (Labeler): The model.
        people (PeopleToLabel): The people.
        partial (PartialLabels): Where labels are added.
        console (Console): Where the progress shows.
    """
    from rich import progress
    from torch.utils.data import DataLoader, Subset

    done = {person['person'] for person in partial.people}
    if done:
        console.print(f'{len(done)} of {len(people)} people are labeled already.')
    todo = [index for index in range(len(people)) if index not in done]
    loader = DataLoader(
        Subset(people, todo),
        args.batch_size,
        num_workers=args.num_workers,
        collate_fn=list,
    )
    columns = (
        *progress.Progress.get_default_columns(),
        progress.MofNCompleteColumn(),
        progress.TextColumn('{task.fields[rate]}'),
    )
    with progress.Progress(*columns, console=console) as display:
        task = display.add_task(
            'Labeling people', total=len(people), completed=len(done), rate=''
        )
        for number, labeled in labeler.label(loader):
            partial.append(labeled)
            display.advance(task, number)
            speed = display.tasks[task].speed or 0
            display.update(task, rate=f'{speed:.1f} people/s')


def summary(args: argparse.Namespace, people: PeopleToLabel, coco: dict) -> str:
    """Count what was labeled, and say where it lies and what to do next.

    Args:
        args (Namespace): The options.
        people (PeopleToLabel): The people.
        coco (dict): The labels.

    Returns:
        str: Lines to print.
    """
    annotations = coco['annotations']
    joints = len(annotations) * people.metainfo['num_keypoints']
    confident = sum(one['num_keypoints'] for one in annotations)
    empty = sum(one['num_keypoints'] == 0 for one in annotations)
    return (
        f'{len(annotations)} people labeled, {confident / joints:.1%} of their joints '
        f'with a score of {args.score_thr:g} or more\n'
        f'{empty} of them without any such joint (training leaves them out), '
        f'{len(people) - len(annotations)} skipped: their pictures cannot be read\n'
        f'Labels: {args.out}, file names relative to {people.root}\n'
        f'Next: {next_step(args)}'
    )


def next_step(args: argparse.Namespace) -> str:
    """Name the command that trains on the labels.

    Args:
        args (Namespace): The options.

    Returns:
        str: The command for the recipe beside --unlabeled that names the file.
    """
    from semi_pose.cli.tool import tool_command

    folder = Path(args.unlabeled).parent if args.unlabeled else Path('configs')
    recipes = [
        path
        for path in sorted(folder.glob('*.py'))
        if re.search(f"['/]{re.escape(args.out.name)}'", path.read_text())
    ]
    if not recipes:
        return (
            'train on it beside the real labels, by a recipe whose training set has '
            'both (docs/data.md, Pseudo labels)'
        )
    where = f' --data-root {args.data_root}' if args.data_root else ''
    return f'{tool_command("train")} {recipes[0]}{where}'


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(
        lambda: main(options),
        interrupted='Interrupted. The same command goes on where it stopped.',
    )
