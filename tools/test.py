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
        choices=['1', '2', 'ensemble', 'ema'],
        help="which network to test, the mean of both networks' heatmaps, or that of "
        'the mean teachers',
    )
    add('--flip-test', action='store_true', help='average over flipped images')
    add('--out', metavar='FILE', help='write the metrics here (.json, .yaml or .pkl)')
    add('--dump', metavar='FILE', help='write the predictions here (.pkl)')
    # MMPose's merge_args reads it.
    parser.set_defaults(badcase=False)
    return arguments.parse(parser)


def main(args: argparse.Namespace) -> None:
    """Evaluate, and say where things lie.

    Args:
        args (Namespace): The options.

    Raises:
        UserError: If the user can mend what went wrong.
    """
    import mmengine
    from mmengine.runner import Runner

    from semi_pose.cli import tool as cli
    from semi_pose.cli.diagnosis import explained
    from semi_pose.engine.checkpoints import RequireFit, check_checkpoint
    from semi_pose.errors import UserError

    if args.out and Path(args.out).suffix not in ('.json', '.yaml', '.yml', '.pkl'):
        raise UserError(f'--out {args.out}: name a .json, .yaml or .pkl file.')
    if args.show_dir:
        args.show_dir = str(Path(args.show_dir).absolute())
    check_checkpoint(args.checkpoint)
    cfg = cli.load_config(args, 'test')
    set_test_cfg(cfg.model, args)
    cli.init_distributed(cfg)
    with explained(cfg):
        runner = Runner.from_cfg(cfg)
        name = getattr(cli.plain_model(runner), 'tested_network', 'net1')
        runner.register_hook(RequireFit(args.checkpoint, unneeded_parts(name)))
        metrics = runner.test()
    if cli.is_first_process():
        if args.out:
            mmengine.mkdir_or_exist(Path(args.out).parent)
            mmengine.dump(metrics, args.out)
        print(summary(args, name, metrics, runner.log_dir))


def set_test_cfg(model: dict, args: argparse.Namespace) -> None:
    """Choose the network and flipping.

    Args:
        model (dict): Config of the model, changed in place.
        args (Namespace): The options.

    Raises:
        UserError: If the model does not have the network.
    """
    from mmpose.registry import MODELS

    from semi_pose.errors import UserError
    from semi_pose.models import DualPoseEstimator

    test_cfg = model.setdefault('test_cfg', {})
    if args.flip_test:
        test_cfg['flip_test'] = True
    if args.network is None:
        return
    dual = issubclass(MODELS.get(model['type']), DualPoseEstimator)
    part = 'mean_teacher' if args.network == 'ema' else 'peer'
    has_part = model.get(part, 'same' if part == 'peer' else None) is not None
    if args.network != '1' and not (dual and has_part):
        raise UserError(
            f'--network {args.network}: the model of {args.config} has no such network '
            f'(model.{part}). Leave the option out, or use a config that has.'
        )
    if dual:
        named = args.network in ('ensemble', 'ema')
        test_cfg['network'] = args.network if named else int(args.network)


def unneeded_parts(network: str) -> tuple[str, ...]:
    """Name the parts of a dual model that testing one network does without.

    Args:
        network (str): ``net1``, ``net2``, ``ensemble`` or ``ema``.

    Returns:
        tuple[str, ...]: Prefixes of the weights' names.
    """
    from semi_pose.models.dual_estimator import EXTRA_PARTS

    if network == 'net1':
        return EXTRA_PARTS
    return ('peer.',) if network == 'ema' else ('mean_teachers.',)


def summary(
    args: argparse.Namespace, network: str, metrics: dict[str, float], log_dir: str
) -> str:
    """Give the main metrics, and say where things lie.

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
