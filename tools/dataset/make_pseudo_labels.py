"""Label people by a trained top-down model, for training beside the real labels.

The labels of PseudoPose or, with --tta, of DataDistill: a COCO keypoint file that
MMPose's own data sets read. Any checkpoint of MMPose will do. The file is written in
the end, whole or not at all.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmengine.config import Config

    from semi_pose.datasets.annotation_files import SharedFiles
    from semi_pose.recipes.pseudo_labels import People

SCALES = (0.8, 1.0, 1.2)
EXAMPLE = """example:
  python tools/dataset/make_pseudo_labels.py \\
      configs/lsp/efflite0_lsp20_supervised.py CHECKPOINT \\
      --unlabeled configs/lsp/efflite0_lsp20_pseudo.py \\
      --out data/lsp20_pseudo_labels.json
by several networks, which know more than one:
  python tools/dataset/make_pseudo_labels.py \\
      configs/lspet/efflite0_lspet500_supervised.py SEED0.pth SEED1.pth SEED2.pth \\
      --tta --scales 1 --unlabeled configs/lspet/efflite0_lspet500_distill.py \\
      --out data/lspet500_distilled_labels.json
on several GPUs:
  torchrun --nproc_per_node=8 tools/dataset/make_pseudo_labels.py ... \\
      --launcher pytorch"""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('config', help='config file of the labeling model; its test pipeline is used')
    add(
        'checkpoint',
        nargs='+',
        help='checkpoint file; with --tta several, of the same network, whose heatmaps '
        'are averaged',
    )
    add_people(parser)
    add_labeling(parser)
    return parser.parse_args(argv)


def add_people(parser: argparse.ArgumentParser) -> None:
    """Add the options on who is labeled, and where the labels go."""
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
        help="take the recipe's data from here; file names will be relative to it, if "
        'the unlabeled set has a data root (default: as the recipe says; --img-dir)',
    )
    add('--out', type=Path, required=True, metavar='FILE', help='JSON file to write')
    add('--fresh', action='store_true', help='replace the file if it exists')


def add_labeling(parser: argparse.ArgumentParser) -> None:
    """Add the options on how they are labeled."""
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
        metavar='NAME',
        help='network that labels: net1, net2, student, ensemble or ema (default: the '
        "config's test_cfg.network, or net1)",
    )
    add('--batch-size', type=int, default=64, metavar='N', help='people (%(default)s)')
    add('--num-workers', type=int, default=2, metavar='N', help='loading (%(default)s)')
    add(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='what starts the processes of a distributed run (%(default)s)',
    )


def main(args: argparse.Namespace) -> None:
    """Label, and say where the labels lie."""
    from semi_pose.cli.launcher import init_distributed, is_first_process
    from semi_pose.cli.tool import checked_data
    from semi_pose.engine.checkpoints import check_checkpoint

    check_options(args)
    for checkpoint in args.checkpoint:
        check_checkpoint(checkpoint)
    people = find_people(args)
    cfg = make_config(args, people)
    init_distributed(cfg)
    with checked_data(cfg, 'test') as files:
        counts = label(args, cfg, files)
    if is_first_process():
        print(summary(args, people, counts))


def label(
    args: argparse.Namespace, cfg: Config, files: SharedFiles
) -> dict[str, float]:
    """Run the model over all people.

    Args:
        args (Namespace): The options.
        cfg (Config): The arguments of the runner.
        files (SharedFiles): The annotation files.

    Returns:
        dict[str, float]: What PseudoLabelMetric counts, and ``skipped``, the number
        of people whose pictures cannot be read.
    """
    from mmengine.runner import Runner
    from mmpose.models import TopdownPoseEstimator

    from semi_pose.engine.checkpoints import RequireFit, load_member
    from semi_pose.engine.hooks.data_files import DataFiles
    from semi_pose.engine.plain_model import averaged_models, plain_model
    from semi_pose.errors import UserError
    from semi_pose.models.members import find_member

    # Not from_cfg: the log would spell out the whole config, which takes seconds.
    wrapper = dict(model_wrapper_cfg=cfg.pop('model_wrapper_cfg', None))
    with TemporaryDirectory() as folder:
        name = Path(folder).name
        runner = Runner(**cfg, work_dir=folder, experiment_name=name, cfg=wrapper)
        model = plain_model(runner)
        if not isinstance(model, TopdownPoseEstimator):
            raise UserError(
                f'{args.config} builds a {type(model).__name__}: name a top-down model.'
            )
        first, *others = args.checkpoint
        runner.register_hook(RequireFit(first, find_member(model)))
        for other, path in zip(averaged_models(runner)[1:], others, strict=True):
            load_member(other, path)
        runner.register_hook(DataFiles(files))
        counts = runner.test()
        people = len(runner.test_dataloader.dataset)
    return dict(counts, skipped=people - counts['pseudo/people'])


def check_options(args: argparse.Namespace) -> None:
    """Check that options fit each other, and fill in the scales of --tta."""
    from semi_pose.errors import UserError

    if args.scales and not args.tta:
        raise UserError('--scales goes with --tta: add it, or leave --scales out.')
    if len(args.checkpoint) > 1 and not args.tta:
        raise UserError(
            f'{len(args.checkpoint)} checkpoints are averaged by --tta: add it, with '
            '--scales 1 for flips alone, or name one checkpoint.'
        )
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
    if args.out.exists() and not args.fresh:
        raise UserError(
            f'{args.out} exists: replace it by --fresh, or name another --out.'
        )


def find_people(args: argparse.Namespace) -> People:
    """Find the people to label, in a recipe or in the files named."""
    from semi_pose.recipes.pseudo_labels import People, recipe_people

    if args.unlabeled:
        return recipe_people(args.unlabeled, args.data_root)
    dataset = dict(
        type='UnlabeledDataset',
        ann_file=args.ann_file,
        bbox_file=args.bbox_file,
        data_prefix=dict(img=args.img_dir),
    )
    return People(dataset, str(Path(args.data_root or args.img_dir).absolute()))


def make_config(args: argparse.Namespace, people: People) -> Config:
    """Make the config of the run: the arguments of a runner."""
    from semi_pose.recipes.data_root import TEST, check_files
    from semi_pose.recipes.pseudo_labels import labeling_config
    from semi_pose.recipes.reading import read_config

    model = read_config(args.config)
    if args.network is not None:
        test_cfg = model.model.get('test_cfg') or {}
        model.model.test_cfg = dict(test_cfg, network=args.network)
    labels = dict(out_file=str(args.out), score_thr=args.score_thr, info=describe(args))
    networks = len(args.checkpoint)
    cfg = labeling_config(model, people, labels, args.scales, networks)
    size = dict(batch_size=args.batch_size, num_workers=args.num_workers)
    cfg.test_dataloader.update(size)
    cfg.load_from = args.checkpoint[0]
    cfg.launcher = args.launcher
    check_files(cfg, TEST)
    return cfg


def describe(args: argparse.Namespace) -> dict:
    """Return all that the labels depend on, as COCO's ``info``."""
    files = [Path(path) for path in args.checkpoint]
    digests = [
        hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
        for file in files
    ]
    names = 'config', 'checkpoint', 'unlabeled', 'ann_file', 'img_dir', 'bbox_file'
    names += 'data_root', 'network', 'scales', 'score_thr'
    method = 'DataDistill' if args.tta else 'PseudoPose'
    return dict(
        description=f'Pseudo labels ({method})',
        **{name: getattr(args, name) for name in names},
        checkpoint_sha256=digests,
    )


def summary(args: argparse.Namespace, people: People, counts: dict[str, float]) -> str:
    """Count what was labeled, and say where it lies and what to do next."""
    return (
        f'{counts["pseudo/people"]} people labeled, {counts["pseudo/joints"]:.1%} of '
        f'their joints with a score of {args.score_thr:g} or more\n'
        f'{counts["pseudo/empty"]} of them without any such joint (training leaves '
        f'them out), {counts["skipped"]} skipped: their pictures cannot be read\n'
        f'Labels: {args.out}, file names relative to {people.root}\n'
        f'Next: {next_step(args)}'
    )


def next_step(args: argparse.Namespace) -> str:
    """Name the command that trains on the labels, by a recipe that names the file."""
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

    run(lambda: main(options))
