"""Write one network of a checkpoint as stock MMPose files, and as ONNX.

The checkpoint holds the weights of that network alone. The config beside it is one
file that MMPose reads without semi_pose. Both are written once they predict the same
as the model that they are from.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmengine.config import Config
    from rich.console import Console

    from semi_pose.export.checkpoint import Export
    from semi_pose.export.onnx import OnnxExport

EXAMPLE = """example:
  python tools/model/export_network.py configs/semi/res18_coco1k_dual.py \\
      work_dirs/res18_coco1k_dual/epoch_70.pth --network best --onnx"""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('config', help='config file')
    add('checkpoint', help='checkpoint file')
    add(
        '--network',
        metavar='NAME',
        help='net1, net2, student, ema (the mean teacher), or best, the one with the '
        "best metric in validation (default: the config's test_cfg.network, or net1)",
    )
    add(
        '--out',
        type=Path,
        metavar='DIR',
        help='folder to write to (default: exported/ beside the checkpoint)',
    )
    add('--onnx', action='store_true', help='write the network as ONNX too')
    return parser.parse_args(argv)


def main(args: argparse.Namespace) -> None:
    """Export, and say what runs the files.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from rich.console import Console

    from semi_pose import export
    from semi_pose.cli.progress import quiet
    from semi_pose.recipes.reading import read_config

    # With a file of its own: what libraries print meanwhile goes elsewhere.
    console = Console(file=sys.stdout, soft_wrap=True, highlight=False, markup=False)
    if args.onnx:
        export.check_onnx_packages()
    cfg = read_config(args.config)
    name = choose(args, cfg, console)
    out = args.out or Path(args.checkpoint).parent / 'exported'
    with console.status('Writing and comparing'), quiet(logging.WARNING):
        done = export.export_network(cfg, args.checkpoint, name, out)
    console.print(describe(done))
    if args.onnx:
        with console.status('Writing ONNX'), quiet(logging.WARNING):
            onnx = export.export_onnx(done.config, done.checkpoint)
        console.print(describe_onnx(onnx))
    console.print(next_steps(done))


def choose(args: argparse.Namespace, cfg: Config, console: Console) -> str:
    """Find the network to export.

    Raises:
        UserError: If the model has no such network, or it is the mean of several.
    """
    from semi_pose import export
    from semi_pose.apis import init_model
    from semi_pose.engine.checkpoints import read_checkpoint
    from semi_pose.models.members import find_member, members_of

    model = init_model(cfg, device='cpu')
    if args.network != 'best':
        name = find_member(model, args.network)
        export.check_alone(model, name)
        return name
    names = [name for name, group in members_of(model).items() if len(group) == 1]
    if len(names) == 1:
        return names[0]
    checkpoint = read_checkpoint(args.checkpoint)
    best = export.best_network(cfg, args.checkpoint, checkpoint, names)
    console.print(
        f'Best of {", ".join(names)}: {best.name}, {best.metric} {best.value:.4f}'
    )
    return best.name


def describe(done: Export) -> str:
    """Say what was written for MMPose."""
    lines = [
        f'Checkpoint: {done.checkpoint} ({megabytes(done.checkpoint)})',
        f'Config:     {done.config}',
        f'Checked:    largest difference of heatmaps from the trained model: '
        f'{done.difference:.2g}; MMPoseInferencer finds the same joints',
    ]
    if done.packages:
        names = ', '.join(done.packages)
        lines.append(
            f'Not stock:  the network has parts of {names}, which the config imports '
            'and which must be installed where it is used'
        )
    return '\n'.join(lines)


def describe_onnx(onnx: OnnxExport) -> str:
    """Say what was written for ONNX Runtime."""
    shape = ', '.join(map(str, onnx.shape))
    return (
        f'ONNX:       {onnx.path} ({megabytes(onnx.path)}), images (B, {shape}), '
        'normalized, to heatmaps\n'
        'Checked:    largest difference of ONNX Runtime from PyTorch: '
        f'{onnx.difference:.2g}'
    )


def megabytes(path: Path) -> str:
    """Write the size of a file."""
    return f'{path.stat().st_size / 1e6:.1f} MB'


def next_steps(done: Export) -> str:
    """Say what runs the files."""
    return f"""
Next, in Python:
  from mmpose.apis import MMPoseInferencer
  run = MMPoseInferencer('{done.config}', '{done.checkpoint}')
  result = next(run('picture.jpg', vis_out_dir='shown'))
or in a clone of MMDeploy:
  python tools/deploy.py configs/mmpose/pose-detection_onnxruntime_static.py \\
      {done.config.absolute()} {done.checkpoint.absolute()} \\
      picture.jpg --work-dir deployed"""


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options))
