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
        help='go on from CKPT, or from the newest checkpoint in the work dir',
    )
    add(
        '--amp',
        nargs='?',
        const='fp16',
        choices=['fp16', 'bf16'],
        help='train in mixed precision: fp16 (the default), on a GPU; bf16 on CPUs too',
    )
    add(
        '--channels-last',
        action='store_true',
        help='lay feature maps out as (B, H, W, C), which most devices prefer',
    )
    add('--no-validate', action='store_true', help='do not validate while training')
    add(
        '--auto-scale-lr',
        action='store_true',
        help="scale the learning rate by the total batch over the config's base batch",
    )
    return arguments.parse(parser)


def main(args: argparse.Namespace) -> None:
    """Train, and say where things lie.

    Args:
        args (Namespace): The options.

    Raises:
        UserError: If the user can mend what went wrong.
    """
    from semi_pose.cli import tool as cli
    from semi_pose.cli.diagnosis import explained
    from semi_pose.cli.launcher import init_distributed, is_first_process
    from semi_pose.engine.checkpoints import RequireFit
    from semi_pose.engine.hooks import SaveOnSignal
    from semi_pose.engine.runner import ResumableRunner
    from semi_pose.runs import lock_work_dir

    cfg = cli.load_config(args, 'train')
    cli.set_speed(cfg, args)
    if is_first_process():
        lock_work_dir(cfg.work_dir)
    cli.set_resume(cfg, args.resume)
    init_distributed(cfg)
    with explained(cfg):
        runner = ResumableRunner.from_cfg(cfg)
        runner.register_hook(SaveOnSignal())
        if cfg.get('resume'):
            runner.register_hook(RequireFit(cfg.load_from))
        runner.train()
    if is_first_process():
        print(summary(args, runner))


def summary(args: argparse.Namespace, runner: 'Runner') -> str:
    """Say where checkpoints and logs lie, and what to run next.

    Args:
        args (Namespace): The options.
        runner (Runner): The runner, after training.

    Returns:
        str: Lines to print.
    """
    best = runner.message_hub.runtime_info.get('best_ckpt')
    last = Path(runner.work_dir, 'last_checkpoint')
    checkpoint = best or (last.read_text() if last.exists() else 'CHECKPOINT')
    command = ['python', 'tools/test.py', args.config, checkpoint]
    if args.data_root:
        command += ['--data-root', args.data_root]
    return (
        f'\nCheckpoints: {runner.work_dir}\nLogs:        {runner.log_dir}\n'
        f'Next:        {shlex.join(command)}'
    )


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(
        lambda: main(options),
        'Interrupted. The same command with --resume goes on from the last checkpoint.',
    )
