"""Training runs in separate processes, followed from outside."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from mmengine.config import Config

from semi_pose.errors import UserError
from semi_pose.recipes.data_root import TEST, TRAIN, data_nodes, set_data_root
from semi_pose.recipes.kinds import ONLOOKERS
from semi_pose.recipes.layouts import use_data
from semi_pose.recipes.reading import read_config
from semi_pose.recipes.schedule import scaled_schedule
from semi_pose.runs.lock import check_unlocked
from semi_pose.runs.logs import epoch_length, is_validation, read_scalars

# The settings that decide the result of a run.
DECISIVE = (
    'model',
    'train_dataloader',
    'train_cfg',
    'optim_wrapper',
    'param_scheduler',
    'custom_hooks',
    'val_dataloader',
    'val_evaluator',
    'randomness',
    'pseudo_labels',
)


class Run:
    """A run of a recipe by the training tool, counted in steps or epochs.

    Args:
        tool (Path): tools/train.py.
        config (Path or Config): The recipe; a Config is changed in place.
        folder (Path): Work dir.
        data_root (Path, optional): Folder of the data; the recipe's own by default.
        steps (int, optional): Training steps; the recipe's schedule is stretched or
            shrunk to them. The recipe's own by default.
        options (dict, optional): Further settings, by their place in the config.
        made (dict, optional): Settings that name files made for the run; the same
            labels elsewhere are no other settings.
        threads (int, optional): Threads of the process; torch's choice by default.

    Attributes:
        cfg (Config): The recipe with all settings.
        unit (str): What the recipe counts: ``iter`` or ``epoch``.
        steps (int): Length of the training in this unit.
        checkpoint (Path): The last checkpoint, written before the last validation.
    """

    def __init__(
        self,
        tool: Path,
        config: Path | Config,
        folder: Path,
        data_root: Path | None,
        steps: int | None = None,
        options: dict[str, Any] | None = None,
        made: dict[str, str] | None = None,
        threads: int | None = None,
    ) -> None:
        self.tool = tool
        is_read = isinstance(config, Config)
        self.cfg = config if is_read else read_config(str(config))
        self.made = made or {}
        self.settings = {**(options or {}), **self.made}
        self._merge(self.settings)
        if steps is not None:
            schedule = scaled_schedule(self.cfg, steps)
            self._merge(schedule)
            self.settings.update(schedule)
        self.folder = folder
        self.data_root = data_root
        self.threads = threads
        self.unit = 'iter' if 'max_iters' in self.cfg.train_cfg else 'epoch'
        self.steps = self.cfg.train_cfg[f'max_{self.unit}s']
        self.checkpoint = folder / f'{self.unit}_{self.steps}.pth'
        self.log = folder / 'train.log'

    def _merge(self, settings: dict[str, Any]) -> None:
        try:
            self.cfg.merge_from_dict(settings)
        except (AssertionError, IndexError, KeyError, TypeError) as error:
            raise UserError(
                f'{self.cfg.filename} does not take {settings}: {error}'
            ) from error

    @property
    def command(self) -> list[str]:
        """list[str]: The command that starts or resumes the training."""
        command = [sys.executable, str(self.tool), self.cfg.filename, '--resume']
        command += ['--work-dir', str(self.folder)]
        if self.data_root is not None:
            command += ['--data-root', str(self.data_root)]
        if self.settings:
            options = (f'{key}={_spell(value)}' for key, value in self.settings.items())
            command += ['--cfg-options', *options]
        return command

    @property
    def recorded(self) -> Path:
        """Path: The config that a started run has saved."""
        return self.folder / Path(self.cfg.filename).name

    def differences(self) -> list[str]:
        """Compare with the settings of the run in the folder.

        Returns:
            list[str]: One line per setting that differs and decides the result;
            empty if there is no run, or one with the same settings.
        """
        if not self.recorded.exists():
            return []
        found, cfg = read_config(str(self.recorded)), self.fitted()
        root = _data_root(cfg)
        was_root = _data_root(found) or ''
        # A relative path may be relative to another folder.
        was = _settings(found, was_root if Path(was_root).is_absolute() else root)
        wanted = _settings(cfg, root)
        return [
            f'{key}: {was.get(key, "not set")}, now {wanted.get(key, "not set")}'
            for key in sorted({*was, *wanted} - self.made.keys())
            if was.get(key) != wanted.get(key)
        ]

    def fitted(self) -> Config:
        """Fit the recipe to its data, as the training tool does; writes nothing.

        Returns:
            Config: A copy.

        Raises:
            UserError: If the recipe does not fit the data.
        """
        cfg = deepcopy(self.cfg)
        cfg.work_dir = str(self.folder)
        use_data(cfg, self.data_root, write=False)
        return cfg

    def metrics(self) -> dict[str, float] | None:
        """Return the metrics after the last step.

        Returns:
            dict[str, float], optional: Metrics by name; None until the run is done.
        """
        last = ([*filter(is_validation, read_scalars(self.folder))] or [{}])[-1]
        done = last.get('step') in (self.steps, self._total_iters())
        return last if done and self.checkpoint.exists() else None

    def _total_iters(self) -> int:
        """Count the steps of all epochs, for validations that are logged by step."""
        return self.steps * (epoch_length(read_scalars(self.folder)) or 1)

    def progress(self, records: list[dict]) -> int:
        """Return how far a run is.

        Args:
            records (list[dict]): Its scalars.

        Returns:
            int: Steps done, or epochs started.
        """
        key = 'step' if self.unit == 'iter' else 'epoch'
        return max((one[key] for one in records if key in one), default=0)

    def prepare(self) -> None:
        """Make the folder; let a run without its last validation go back before it.

        Raises:
            UserError: If another process trains there.
        """
        if self.metrics() is None and self.checkpoint.exists():
            check_unlocked(self.folder)
            # A resume from it would not repeat the validation.
            self.checkpoint.unlink()
        self.folder.mkdir(parents=True, exist_ok=True)

    def remove(self) -> None:
        """Delete the folder.

        Raises:
            UserError: If another process trains there.
        """
        check_unlocked(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)

    def train(self, on_change: Callable[[list[dict]], object]) -> None:
        """Train to the end from the last checkpoint; do nothing if that is done.

        Args:
            on_change (Callable): Called regularly with the scalars so far.

        Raises:
            UserError: If the training fails.
        """
        if self.metrics() is None:
            self.prepare()
            follow(
                self.command,
                self.log,
                lambda: on_change(read_scalars(self.folder)),
                self.threads,
            )
        on_change(read_scalars(self.folder))
        if self.metrics() is None:
            raise UserError(f'Training failed. {end_of_log(self.log)}')


def follow(
    command: list[str],
    log: Path,
    on_change: Callable[[], object],
    threads: int | None = None,
) -> int:
    """Run a command to its end; end it too if this process is interrupted.

    Args:
        command (list[str]): The command.
        log (Path): File that its output is appended to.
        on_change (Callable): Called twice per second; an exception ends the command.
        threads (int, optional): ``OMP_NUM_THREADS``; unchanged by default.

    Returns:
        int: The exit status.
    """
    # Threads that wait actively take the CPU from each other where it is shared.
    environment = {'OMP_WAIT_POLICY': 'PASSIVE', **os.environ}
    if threads is not None:
        environment['OMP_NUM_THREADS'] = str(threads)
    with log.open('a') as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    try:
        while _is_running(process):
            on_change()
    finally:
        # Also after Ctrl-C: never leave the process behind.
        process.terminate()
        process.wait()
    return process.returncode


def end_of_log(log: Path, lines: int = 8) -> str:
    """Name a log and quote its end, for a message."""
    end = '\n'.join(log.read_text().splitlines()[-lines:])
    return f'{log} ends:\n{end}'


def _spell(value: Any) -> str:
    """Write a value as --cfg-options reads it; quotes keep commas and brackets."""
    is_plain = isinstance(value, str) and not set(value) & set(',()[]\'"')
    return value if is_plain else repr(value)


def _data_root(cfg: Config) -> str | None:
    """Return a config's data root, None if it has several."""
    nodes = data_nodes(cfg, TRAIN + TEST)
    roots = {one['data_root'] for one in nodes if one.get('data_root')}
    return roots.pop() if len(roots) == 1 else None


def _settings(cfg: Config, data_root: str | None) -> dict[str, Any]:
    """Flatten the decisive settings; the data root is absolute."""
    given = cfg.to_dict()
    cfg = Config(
        {key: given[key] for key in DECISIVE if key in given}, filename=cfg.filename
    )
    if data_root is not None:
        set_data_root(cfg, str(Path(data_root).resolve()))
    cfg.train_cfg.pop('val_interval', None)
    if 'pseudo_labels' in cfg:
        # The repository may have been moved.
        names = [Path(teacher).name for teacher in cfg.pseudo_labels.teachers]
        cfg.pseudo_labels = dict(cfg.pseudo_labels, teachers=names)
    cfg.custom_hooks = [
        hook for hook in cfg.get('custom_hooks') or [] if hook.type not in ONLOOKERS
    ]
    # JSON, since a saved config may have tuples where the recipe has lists.
    plain = json.loads(json.dumps(cfg.to_dict(), default=str))
    return dict(_leaves(plain))


def _leaves(node: Any, place: str = '') -> Iterator[tuple[str, Any]]:
    children: Any = ()
    if isinstance(node, dict):
        children = node.items()
    elif isinstance(node, list):
        children = enumerate(node)
    if not children:
        yield place, node
    for key, child in children:
        yield from _leaves(child, f'{place}.{key}'.lstrip('.'))


def _is_running(process: subprocess.Popen, seconds: float = 0.5) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False
