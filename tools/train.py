"""Train a pose model, supervised or semi-supervised."""

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import arguments

if TYPE_CHECKING:
    from mmengine.runner import Runner


def parse_args() -> argparse.Namespace:
    """Read the command line: MMPose's options, and ``--data-root``."""
    parser = arguments.make_parser(
        'Train a pose model, supervised or semi-supervised.',
        'python tools/train.py configs/semi/res18_coco1k_dual.py --data-root data/coco',
    )
    add = parser.add_argument
    add(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CKPT',
        help='continue from CKPT, or from the newest checkpoint in the work dir',
    )
    add(
        '--amp',
        nargs='?',
        const='fp16',
        choices=['fp16', 'bf16'],
        help='train in mixed precision: fp16 (the default) on a GPU, bf16 also on CPUs',
    )
    add(
        '--channels-last',
        action='store_true',
        help='store feature maps as (B, H, W, C), which is faster on most devices',
    )
    add('--no-validate', action='store_true', help='do not validate while training')
    add(
        '--auto-scale-lr',
        action='store_true',
        help='multiply the learning rate by total batch size / base batch size',
    )
    return arguments.parse(parser)


def main(args: argparse.Namespace) -> None:
    """Train, and print where the results are.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from semi_pose.cli import tool as cli
    from semi_pose.cli.launcher import init_distributed, is_first_process
    from semi_pose.engine.checkpoints import RequireFit
    from semi_pose.engine.hooks import SaveOnSignal
    from semi_pose.engine.hooks.data_files import DataFiles
    from semi_pose.engine.runner import ResumableRunner
    from semi_pose.runs import lock_work_dir

    cfg = cli.load_config(args, 'train')
    cli.set_speed(cfg, args)
    if is_first_process():
        lock_work_dir(cfg.work_dir)
    cli.set_resume(cfg, args.resume)
    init_distributed(cfg)
    with cli.checked_data(cfg, 'train') as files:
        runner = ResumableRunner.from_cfg(cfg)
        runner.register_hook(DataFiles(files))
        runner.register_hook(SaveOnSignal())
        if cfg.get('resume'):
            runner.register_hook(RequireFit(cfg.load_from))
        runner.train()
    if is_first_process():
        print(summary(args, runner))


def summary(args: argparse.Namespace, runner: 'Runner') -> str:
    """List the folders of checkpoints and logs, and the next command.

    Args:
        args (Namespace): The options.
        runner (Runner): The runner, after training.

    Returns:
        str: Lines to print.
    """
    from semi_pose.cli.tool import tool_command

    best = runner.message_hub.runtime_info.get('best_ckpt')
    last = Path(runner.work_dir, 'last_checkpoint')
    checkpoint = best or (last.read_text() if last.exists() else 'CHECKPOINT')
    options = [args.config, checkpoint]
    if args.data_root:
        options += ['--data-root', args.data_root]
    if args.allow_outside:
        options.append('--allow-outside')
    return (
        f'\nCheckpoints: {runner.work_dir}\nLogs:        {runner.log_dir}\n'
        f'Next:        {tool_command("test")} {shlex.join(options)}'
    )


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(
        lambda: main(options),
        'Interrupted. Run it again with --resume to continue from the last checkpoint.',
    )
