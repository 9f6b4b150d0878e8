"""Runs that go on: which are finished, and which optimizer settings they have."""

import logging
import warnings
import zipfile
from collections.abc import Iterator
from math import inf
from typing import Any

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.optim import _ParamScheduler
from mmengine.runner import Runner

from semi_pose.engine.checkpoints import read_checkpoint
from semi_pose.errors import UserError
from semi_pose.recipes.schedule import scaled_scheduler

# What a schedule counts; the rest of its state are settings.
COUNTERS = ('last_step', '_global_step', '_last_value', 'base_values', 'verbose')
MOST_NAMED = 4


def resumed_meta(cfg: Config) -> dict:
    """Read how far a run to go on with is, and what it was begun with.

    Args:
        cfg (Config): The config, with ``resume`` and ``load_from``.

    Returns:
        dict: MMEngine's ``meta`` of the checkpoint: ``iter``, ``epoch``, ``seed``, ...;
        empty for a run that begins, or a checkpoint that is no file of torch.

    Raises:
        UserError: If the checkpoint cannot be read.
    """
    if not cfg.get('resume') or not zipfile.is_zipfile(cfg.load_from):
        return {}
    return read_checkpoint(cfg.load_from).get('meta', {})


def keep_seed(cfg: Config, meta: dict) -> None:
    """Let a run that drew its own seed go on with it.

    Args:
        cfg (Config): The config, changed in place unless it names a seed.
        meta (dict): What :func:`resumed_meta` returned.
    """
    given = cfg.get('randomness') or {}
    if given.get('seed') is None and meta.get('seed') is not None:
        cfg.randomness = dict(given, seed=meta['seed'])


def finished_message(cfg: Config, meta: dict) -> str | None:
    """Say that the run to go on with is finished, if it is.

    Args:
        cfg (Config): The config, with ``load_from``.
        meta (dict): What :func:`resumed_meta` returned.

    Returns:
        str, optional: How many steps or epochs it has, the checkpoint, and how to
        train longer.
    """
    units = [one for one in ('iter', 'epoch') if f'max_{one}s' in cfg.train_cfg]
    if not units or not meta:
        return None
    unit = units[0]
    done = meta.get(unit, 0)
    if done < cfg.train_cfg[f'max_{unit}s']:
        return None
    counted = f'{done} {"epochs" if unit == "epoch" else "steps"}'
    longer = f'--cfg-options train_cfg.max_{unit}s={2 * done}'
    message = (
        f'This run is finished: {cfg.load_from} has {counted}; to train longer, run '
        f'the same command with {longer}.'
    )
    if stretched := _stretched(cfg, unit, done):
        message += (
            ' Its schedule has ended, so the learning rate would stay at its last '
            f'value: to make the schedule longer too, add --reset-optimizer {longer} '
            f'{" ".join(stretched)}.'
        )
    return message


def _stretched(cfg: Config, unit: str, done: int) -> list[str]:
    """Return the options that double a schedule, if it has ended."""
    schedulers = cfg.get('param_scheduler') or []
    own = [one for one in schedulers if one.get('by_epoch', True) == (unit == 'epoch')]
    if not own or any(one.get('end', inf) > done for one in own):
        return []
    return [
        f'param_scheduler.{number}.{key}={str(value).replace(" ", "")}'
        for number, one in enumerate(schedulers)
        if one in own
        for key, value in scaled_scheduler(one, 2).items()
    ]


class ResumedOptimizer(Hook):
    """Say which optimizer settings a resumed run has, or take those of the config.

    A checkpoint holds the optimizer's settings (learning rate, weight decay, ...) and
    its schedule, and MMEngine takes them from there, whatever the config says.

    Args:
        path (str): The checkpoint, for messages.
        reset (bool): Start the optimizer anew, with the config's settings and as far in
            the config's schedule as the run is. Its momentum starts at 0.
    """

    # After the hook that checks the weights.
    priority = 'LOW'

    def __init__(self, path: str, reset: bool = False) -> None:
        self.path = path
        self.reset = reset

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Compare or reset, before the runner reads the optimizer's state.

        Raises:
            UserError: If the state is of another kind of optimizer.
        """
        if self.reset:
            for key in ('optimizer', 'param_schedulers'):
                checkpoint.pop(key, None)
            meta = checkpoint['meta']
            advance(_schedules(runner.param_schedulers), meta['iter'], meta['epoch'])
            return
        saved = checkpoint.get('optimizer', {}).get('param_groups')
        own = getattr(runner.optim_wrapper, 'param_groups', None)
        if not saved or not own:
            return
        if not _are_alike(saved, own):
            raise UserError(
                f'{self.path} was trained with another kind of optimizer, or other '
                'parameter groups, than the config has: correct optim_wrapper, or add '
                '--reset-optimizer to start the optimizer anew.'
            )
        found = [*_other_settings(saved, own), *_other_schedules(runner, checkpoint)]
        if found:
            print_log(
                f'The optimizer goes on with the settings of {self.path}, not with '
                f'those of the config: {", ".join(found)}. For those of the config, '
                'stop and run the same command with --reset-optimizer.',
                'current',
                level=logging.WARNING,
            )


def advance(schedules: list[_ParamScheduler], steps: int, epochs: int) -> None:
    """Bring new schedules to where a run is.

    Args:
        schedules (list): The schedules, at their start.
        steps (int): Training steps done.
        epochs (int): Epochs done; 0 in runs that count steps.
    """
    epoch_length = steps // epochs if epochs else 0
    with warnings.catch_warnings():
        # They expect the optimizer to have stepped.
        warnings.simplefilter('ignore', UserWarning)
        for step in range(1, steps + 1):
            ends_epoch = epochs and step % epoch_length == 0
            for one in schedules:
                if not one.by_epoch or (ends_epoch and step <= epochs * epoch_length):
                    one.step()


def _schedules(built: list | dict | None) -> list[_ParamScheduler]:
    """List the schedules; those of several optimizers lie in a dict."""
    if isinstance(built, dict):
        return [one for part in built.values() for one in part]
    return list(built or ())


def _are_alike(saved: list[dict], own: list[dict]) -> bool:
    """Say whether both are groups of the same optimizer; its version may differ."""
    if [len(one['params']) for one in saved] != [len(one['params']) for one in own]:
        return False
    first, second = (_settings(groups[0]).keys() for groups in (saved, own))
    return first <= second or second <= first


def _settings(group: dict[str, Any]) -> dict[str, Any]:
    """Return a group's settings, as they are before any schedule."""
    settings = {key: one for key, one in group.items() if key != 'params'}
    for key in list(settings):
        if key.startswith('initial_'):
            settings[key.removeprefix('initial_')] = settings.pop(key)
    return settings


def _other_settings(saved: list[dict], own: list[dict]) -> list[str]:
    """Describe the settings that differ, each once."""
    lines = {}
    for was, wanted in zip(map(_settings, saved), map(_settings, own), strict=True):
        for key in was.keys() & wanted.keys():
            if was[key] != wanted[key]:
                line = f'{key} {_short(was[key])} (config: {_short(wanted[key])})'
                lines[line] = None
    more = [f'{len(lines) - MOST_NAMED} more'] if len(lines) > MOST_NAMED else []
    return sorted(lines)[:MOST_NAMED] + more


def _short(value: Any) -> str:
    return f'{value:.6g}' if isinstance(value, float) else str(value)


def _other_schedules(runner: Runner, checkpoint: dict) -> Iterator[str]:
    """Yield ``param_scheduler`` if the schedules differ."""
    saved = _schedules(checkpoint.get('param_schedulers'))
    own = [one.state_dict() for one in _schedules(runner.param_schedulers)]
    if saved and [*map(_fixed, saved)] != [*map(_fixed, own)]:
        yield 'param_scheduler'


def _fixed(state: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key not in COUNTERS}
