"""Evaluate a pose model: either network of a dual one, or their ensemble."""

import argparse
from pathlib import Path

import arguments


def parse_args() -> argparse.Namespace:
    """Read the command line: MMPose's options, and those of this project."""
    parser = arguments.make_parser(
        'Evaluate a pose model: either network of a dual one, or their ensemble.',
        'python tools/test.py configs/semi/res18_coco1k_dual.py CHECKPOINT '
        '--network ensemble',
    )
    add = parser.add_argument
    add('checkpoint', help='checkpoint file')
    add(
        '--network',
        metavar='NAME',
        help='network to test: net1, net2, student, ensemble (the mean of the heatmaps '
        "of net1 and net2), ema (the mean teachers); default: the config's "
        'test_cfg.network, or net1',
    )
    add('--flip-test', action='store_true', help='average over flipped images')
    add('--out', metavar='FILE', help='write the metrics here (.json, .yaml or .pkl)')
    add('--dump', metavar='FILE', help='write the predictions here (.pkl)')
    # MMPose's merge_args reads it.
    parser.set_defaults(badcase=False)
    return arguments.parse(parser)


def main(args: argparse.Namespace) -> None:
    """Evaluate, and print where the results are.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    import mmengine

    from semi_pose.cli import tool as cli
    from semi_pose.cli.launcher import init_distributed, is_first_process
    from semi_pose.engine.checkpoints import RequireFit, check_checkpoint
    from semi_pose.engine.checks import check_pictures
    from semi_pose.engine.hooks.data_files import DataFiles
    from semi_pose.engine.plain_model import plain_model
    from semi_pose.engine.runner import EvaluationRunner
    from semi_pose.errors import UserError
    from semi_pose.models.members import find_member

    if args.out and Path(args.out).suffix not in ('.json', '.yaml', '.yml', '.pkl'):
        raise UserError(f'--out {args.out}: name a .json, .yaml or .pkl file.')
    if args.show_dir:
        args.show_dir = str(Path(args.show_dir).absolute())
    check_checkpoint(args.checkpoint)
    cfg = cli.load_config(args, 'test')
    test_cfg = dict(cfg.model.get('test_cfg') or {})
    if args.flip_test:
        test_cfg['flip_test'] = True
    if args.network is not None:
        test_cfg['network'] = args.network
    cfg.model.test_cfg = test_cfg
    init_distributed(cfg)
    with cli.checked_data(cfg, 'test') as files:
        runner = EvaluationRunner.from_cfg(cfg)
        check_pictures(runner.test_dataloader.dataset, 'test')
        runner.register_hook(DataFiles(files))
        name = find_member(plain_model(runner))
        runner.register_hook(RequireFit(args.checkpoint, name))
        metrics = runner.test()
    if is_first_process():
        if args.out:
            mmengine.mkdir_or_exist(Path(args.out).parent)
            mmengine.dump(metrics, args.out)
        print(summary(args, name, metrics, runner.log_dir))


def summary(
    args: argparse.Namespace, network: str, metrics: dict[str, float], log_dir: str
) -> str:
    """Format the main metrics and the paths of the results.

    Args:
        args (Namespace): The options.
        network (str): The network that was tested.
        metrics (dict[str, float]): Metrics by name.
        log_dir (str): The folder of the log.

    Returns:
        str: Lines to print.
    """
    lines = [f'\n{network}: ' + '  '.join(f'{k} {v:.4f}' for k, v in metrics.items())]
    lines.append(f'Log:         {log_dir}')
    for label, path in (
        ('Pictures:    ', args.show_dir),
        ('Metrics:     ', args.out),
        ('Predictions: ', args.dump),
    ):
        if path:
            lines.append(label + path)
    return '\n'.join(lines)


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options))
