"""What tools/train.py and tools/test.py share."""

import errno
import os
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryFile
from types import ModuleType

import mmpose
import torch
from mmengine.config import Config
from torch import distributed

from semi_pose.cli.diagnosis import explained
from semi_pose.cli.launcher import is_first_process
from semi_pose.cli.memory import keep_freed_memory
from semi_pose.cli.plain_files import plain_files
from semi_pose.datasets.annotation_check import Use, uses_in
from semi_pose.datasets.annotation_files import SharedFiles, shared_files
from semi_pose.engine.checkpoints import check_checkpoint
from semi_pose.engine.optim_wrappers import has_fast_bf16
from semi_pose.errors import Stopped, UserError
from semi_pose.recipes.best_metric import check_save_best
from semi_pose.recipes.check_hooks import check_hooks
from semi_pose.recipes.data_root import (
    TEST,
    TRAIN,
    check_files,
    data_parts,
    set_data_root,
)
from semi_pose.recipes.layouts import use_layout
from semi_pose.recipes.reading import read_config
from semi_pose.runs import newest_checkpoint

UNWRITABLE = (errno.EACCES, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ENOSPC)
SECONDS_TO_SPEAK_FIRST = 20
SECONDS_TO_LEAVE_LAST = 5


def run(main: Callable[[], None], interrupted: str = 'Interrupted.') -> None:
    """Run a tool; a user error ends it with one message and status 1.

    Args:
        main (Callable): The tool.
        interrupted (str): What to say after Ctrl-C, which ends with status 130.
    """
    if not torch.cuda.is_available():
        keep_freed_memory()
    try:
        with plain_files():
            main()
    except UserError as error:
        _leave(f'error: {error}', 1)
    except OSError as error:
        if error.errno not in UNWRITABLE or not error.filename:
            raise
        _leave(
            f'error: Cannot open {error.filename} ({error.strerror}): correct its '
            'permissions, free some space, or name another place.',
            1,
        )
    except KeyboardInterrupt:
        _leave(interrupted, 130)
    except Stopped as stopped:
        _leave_together(str(stopped))
    if distributed.is_initialized():
        distributed.destroy_process_group()


def _leave(message: str, status: int) -> None:
    if not is_first_process():
        # The launcher ends the other processes: one message is enough.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(status))
        time.sleep(SECONDS_TO_SPEAK_FIRST)
    print(f'\n{message}', file=sys.stderr, flush=True)
    sys.exit(status)


def _leave_together(message: str) -> None:
    """End all processes; the first prints the message and sets the exit status."""
    if distributed.is_initialized():
        distributed.destroy_process_group()
        if not is_first_process():
            sys.exit()
        # When one process fails, launchers kill the others and return its status.
        time.sleep(SECONDS_TO_LEAVE_LAST)
    print(f'\n{message}', flush=True)
    sys.exit(os.EX_TEMPFAIL)


def tool_command(name: str) -> str:
    """Return the command of another tool: its path in a checkout, else its name.

    Args:
        name (str): The tool, such as ``train``.

    Returns:
        str: The beginning of its command.
    """
    path = Path('tools', f'{name}.py')
    return f'python {path}' if path.exists() else f'python -m semi_pose {name}'


def load_mmpose_tool(name: str) -> ModuleType:
    """Load one of the command-line tools installed with MMPose.

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
    check_work_dir(cfg.work_dir)
    if args.data_root:
        done = use_layout(cfg, args.data_root)
        if done and is_first_process():
            print(done)
    check_files(cfg, _sections(tool))
    if tool == 'train':
        check_save_best(cfg)
        check_hooks(cfg)
    return cfg


def _sections(tool: str) -> tuple[str, ...]:
    return TRAIN if tool == 'train' else TEST


def check_work_dir(folder: str) -> None:
    """Check that checkpoints and logs can be written; makes the folder.

    Args:
        folder (str): The work dir.

    Raises:
        UserError: If they cannot.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(
            f'The work dir {folder} cannot be written ({error.strerror}): name another '
            'one with --work-dir.'
        ) from error


@contextmanager
def checked_data(
    cfg: Config, tool: str, more: Iterable[tuple[str, Use]] = ()
) -> Iterator[SharedFiles]:
    """Check the annotation files; build and run within, where each is read once.

    Args:
        cfg (Config): The config.
        tool (str): ``train`` or ``test``.
        more (Iterable[tuple[str, Use]]): Other files, and how they are used.

    Yields:
        SharedFiles: The files, for the hook `DataFiles`.

    Raises:
        UserError: If a file has errors, or for other errors that the user can fix.
    """
    uses = *uses_in(data_parts(cfg, _sections(tool))), *more
    with shared_files(uses) as files, explained(cfg):
        files.read_all()
        yield files


def _as_mmpose(args: Namespace) -> Namespace:
    """Return the options as MMPose's tool expects them: its --amp is a switch.

    Its --resume drops the weights that a config starts from, before it knows whether
    there is a checkpoint: :func:`set_resume` does better.
    """
    amp = getattr(args, 'amp', None) == 'fp16'
    return Namespace(**{**vars(args), 'amp': amp, 'resume': None})


def set_speed(cfg: Config, args: Namespace) -> None:
    """Apply train.py's options for precision, memory layout and recordings.

    Args:
        cfg (Config): The config, changed in place.
        args (Namespace): With ``amp``, ``channels_last`` and ``cuda_graphs``.
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
    chosen = dict(ChannelsLast=args.channels_last, CudaGraphs=args.cuda_graphs)
    hooks = [dict(type=name) for name, is_chosen in chosen.items() if is_chosen]
    if hooks:
        cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), *hooks]


def set_resume(cfg: Config, checkpoint: str | None) -> None:
    """Set the checkpoint to continue from; none if there is none yet.

    Args:
        cfg (Config): The config, changed in place.
        checkpoint (str, optional): A checkpoint; 'auto' for the newest whole one in the
            work dir. What the config says by default.

    Raises:
        UserError: If the checkpoint does not exist, or none is whole.
    """
    if checkpoint is None and cfg.get('resume') and not cfg.get('load_from'):
        checkpoint = 'auto'
    if checkpoint == 'auto':
        checkpoint, torn = newest_checkpoint(cfg.work_dir)
        if torn and checkpoint is None:
            raise UserError(
                f'No checkpoint in {cfg.work_dir} is whole, for example {torn[0]}. '
                'Remove them to start from the beginning.'
            )
        if torn and is_first_process():
            print(f'{", ".join(torn)} cannot be read: going on from {checkpoint}.')
        cfg.resume = checkpoint is not None
    elif checkpoint is not None:
        check_checkpoint(checkpoint)
        cfg.resume = True
    if checkpoint is not None:
        cfg.load_from = checkpoint
    elif cfg.get('load_from'):
        check_checkpoint(cfg.load_from)
