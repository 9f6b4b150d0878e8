"""What tools/train.py and tools/test.py share."""

import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import mmpose
import torch
from mmengine.config import Config
from torch import distributed

from semi_pose.cli.memory import keep_freed_memory
from semi_pose.engine.optim_wrappers import has_fast_bf16
from semi_pose.errors import UserError
from semi_pose.recipes.data_root import TEST, TRAIN, check_files, set_data_root
from semi_pose.recipes.reading import read_config
from semi_pose.recipes.small_layout import use_small_layout

SECONDS_TO_SPEAK_FIRST = 20


def run(main: Callable[[], None], interrupted: str = 'Interrupted.') -> None:
    """Run a tool; a mistake of the user ends it with one message and status 1.

    Args:
        main (Callable): The tool.
        interrupted (str): What to say after Ctrl-C, which ends with status 130.
    """
    if not torch.cuda.is_available():
        keep_freed_memory()
    try:
        main()
    except UserError as error:
        _leave(f'error: {error}', 1)
    except KeyboardInterrupt:
        _leave(interrupted, 130)
    if distributed.is_initialized():
        distributed.destroy_process_group()


def _leave(message: str, status: int) -> None:
    if not is_first_process():
        # The launcher ends the others when the first fails: one message, not many.
        time.sleep(SECONDS_TO_SPEAK_FIRST)
    print(f'\n{message}', file=sys.stderr, flush=True)
    sys.exit(status)


def is_first_process() -> bool:
    """Say whether this is rank 0, before the process group exists too."""
    rank = os.environ.get('RANK', os.environ.get('SLURM_PROCID', '0'))
    return int(rank) == 0


def tool_command(name: str) -> str:
    """Say how to call another tool: by its path in a checkout, else by its name.

    Args:
        name (str): The tool, such as ``train``.

    Returns:
        str: Where its command begins.
    """
    path = Path('tools', f'{name}.py')
    return f'python {path}' if path.exists() else f'python -m semi_pose {name}'


def load_mmpose_tool(name: str) -> ModuleType:
    """Load one of the command-line tools that MMPose installs with itself.

    Args:
        name (str): ``train`` or ``test``.

    Returns:
        ModuleType: The tool, not run.
    """
    path = Path(mmpose.__file__).parent / '.mim' / 'tools' / f'{name}.py'
    spec = spec_from_file_location(f'mmpose_{name}', path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_config(args: Namespace, tool: str) -> Config:
    """Read the config, merge the command line into it, and look for the data.

    Args:
        args (Namespace): Options as MMPose's tool names them, and ``data_root``.
        tool (str): ``train`` or ``test``.

    Returns:
        Config: The config to build a runner from.

    Raises:
        UserError: If the config or its data is missing, or options do not fit.
    """
    cfg = read_config(args.config)
    if args.data_root:
        set_data_root(cfg, args.data_root)
    try:
        cfg = load_mmpose_tool(tool).merge_args(cfg, _as_mmpose(args))
    except (AssertionError, AttributeError, KeyError, TypeError) as error:
        raise UserError(f'The options do not fit {args.config}: {error}') from error
    if args.data_root:
        done = use_small_layout(cfg, args.data_root)
        if done and is_first_process():
            print(done)
    check_files(cfg, TRAIN if tool == 'train' else TEST)
    return cfg


def _as_mmpose(args: Namespace) -> Namespace:
    """Return the options as MMPose's tool has them: its --amp is a switch."""
    return Namespace(**{**vars(args), 'amp': getattr(args, 'amp', None) == 'fp16'})


def set_speed(cfg: Config, args: Namespace) -> None:
    """Carry out train.py's options on arithmetic and memory layout.

    Args:
        cfg (Config): The config, changed in place.
        args (Namespace): With ``amp`` and ``channels_last``.
    """
    if args.amp == 'bf16':
        cfg.optim_wrapper.type = 'Bf16OptimWrapper'
        for key in ('dtype', 'loss_scale'):  # of an AmpOptimWrapper
            cfg.optim_wrapper.pop(key, None)
        if not has_fast_bf16() and is_first_process():
            print(
                'This processor emulates bfloat16, which is many times slower than '
                'float32: train without --amp bf16.'
            )
    if args.channels_last:
        hooks = cfg.get('custom_hooks') or []
        cfg.custom_hooks = [*hooks, dict(type='ChannelsLast')]


def init_distributed(cfg: Config) -> None:
    """Start the process group on a machine without GPUs.

    MMEngine starts one with a GPU only, and puts the model on one.

    Args:
        cfg (Config): The config; its model wrapper is set.

    Raises:
        UserError: If no launcher has started this process, or it wants GPUs.
    """
    if cfg.launcher == 'pytorch' and 'RANK' not in os.environ:
        raise UserError(
            '--launcher pytorch is for processes that torchrun starts: run '
            '`bash tools/dist_train.sh CONFIG GPUS` (or dist_test.sh).'
        )
    if cfg.launcher == 'none' or torch.cuda.is_available():
        return
    if cfg.launcher != 'pytorch':
        raise UserError(
            f'--launcher {cfg.launcher} needs GPUs, and none is visible. On CPUs run '
            '`bash tools/dist_train.sh CONFIG PROCESSES`.'
        )
    distributed.init_process_group('gloo')
    wrapper = dict(
        type='MMDistributedDataParallel',
        find_unused_parameters=cfg.get('find_unused_parameters', False),
    )
    wrapper.update(cfg.get('model_wrapper_cfg') or {}, device_ids=None)
    cfg.model_wrapper_cfg = wrapper
