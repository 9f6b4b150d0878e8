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
        '--reset-optimizer',
        action='store_true',
        help="with --resume, take the optimizer's settings and schedule from the "
        'config instead of the checkpoint; its momentum starts at 0',
    )
    add_speed(parser)
    add('--no-validate', action='store_true', help='do not validate while training')
    add('--no-summary', action='store_true', help='write no summary page at the end')
    add(
        '--auto-scale-lr',
        action='store_true',
        help='multiply the learning rate by total batch size / base batch size',
    )
    return arguments.parse(parser)


def add_speed(parser: argparse.ArgumentParser) -> None:
    """Add the options for precision, memory layout and recordings."""
    add = parser.add_argument
    add(
        '--amp',
        nargs='?',
        const='fp16',
        choices=['fp16', 'bf16'],
        help='train in mixed precision: --amp alone is fp16, for GPUs; bf16 is for '
        'CPUs too',
    )
    add(
        '--channels-last',
        action='store_true',
        help='store feature maps as (B, H, W, C), which is faster on most devices',
    )
    add(
        '--cuda-graphs',
        action='store_true',
        help='on one GPU, record the passes of networks once and replay them: faster '
        'where networks or pictures are small',
    )


def main(args: argparse.Namespace) -> None:
    """Train, and print where the results are.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from semi_pose.cli import tool as cli
    from semi_pose.cli.launcher import init_distributed, is_first_process
    from semi_pose.engine import resuming
    from semi_pose.engine.checkpoints import RequireFit, StartNetworks
    from semi_pose.engine.hooks import SaveOnSignal
    from semi_pose.engine.hooks.data_files import DataFiles
    from semi_pose.engine.runner import ResumableRunner
    from semi_pose.errors import Collapsed
    from semi_pose.runs import lock_work_dir

    cfg = cli.load_config(args, 'train')
    cli.set_speed(cfg, args)
    if is_first_process():
        lock_work_dir(cfg.work_dir)
    cli.set_resume(cfg, args.resume)
    meta = resuming.resumed_meta(cfg)
    if finished := resuming.finished_message(cfg, meta):
        if is_first_process():
            print(finished)
        return
    resuming.keep_seed(cfg, meta)
    init_distributed(cfg)
    with cli.checked_data(cfg, 'train') as files:
        runner = ResumableRunner.from_cfg(cfg)
        runner.register_hook(DataFiles(files))
        runner.register_hook(SaveOnSignal())
        if cfg.get('resume'):
            runner.register_hook(RequireFit(cfg.load_from))
            hook = resuming.ResumedOptimizer(cfg.load_from, args.reset_optimizer)
            runner.register_hook(hook)
        elif cfg.get('load_from'):
            runner.register_hook(StartNetworks(cfg.load_from))
        try:
            runner.train()
        except Collapsed:
            summarize(args, runner)
            raise
        page = summarize(args, runner)
    if is_first_process():
        print(closing_words(args, runner, page))


def summarize(args: argparse.Namespace, runner: 'Runner') -> Path | None:
    """Write the summary page of the run, in the first process.

    Args:
        args (Namespace): The options.
        runner (Runner): The runner, after training.

    Returns:
        Path, optional: The page; None if there is none.
    """
    from semi_pose.analysis.summary import try_summary
    from semi_pose.cli.launcher import is_first_process

    if args.no_summary or not is_first_process():
        return None
    return try_summary(runner.work_dir, runner.train_dataloader.dataset)


def closing_words(args: argparse.Namespace, runner: 'Runner', page: Path | None) -> str:
    """List the folders of checkpoints and logs, and the next command.

    Args:
        args (Namespace): The options.
        runner (Runner): The runner, after training.
        page (Path, optional): The summary.

    Returns:
        str: Lines to print.
    """
    from semi_pose.cli.tool import tool_command

    best = runner.message_hub.runtime_info.get('best_ckpt', '')
    last = Path(runner.work_dir, 'last_checkpoint')
    checkpoint = last.read_text() if last.exists() else 'CHECKPOINT'
    if Path(best).is_file():  # a copied work dir may lack it
        checkpoint = best
    options = [args.config, checkpoint]
    if args.data_root:
        options += ['--data-root', args.data_root]
    shown = f'Summary:     {page}\n' if page else ''
    return (
        f'\nCheckpoints: {runner.work_dir}\nLogs:        {runner.log_dir}\n{shown}'
        f'Next:        {tool_command("test")} {shlex.join(options)}'
    )


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(
        lambda: main(options),
        'Interrupted. Run it again with --resume to continue from the last checkpoint.',
    )
