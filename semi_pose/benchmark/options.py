"""What the options of speed are worth on the device that is there."""

from __future__ import annotations

import statistics

import torch

from semi_pose.benchmark.networks import BarePasses, device, make_batch, read_recipe
from semi_pose.benchmark.timing import Figure, compare, in_new_process, timed
from semi_pose.cli.memory import keep_freed_memory
from semi_pose.engine.optim_wrappers import has_fast_bf16

OPTIONS = {
    'channels_last': dict(channels_last=True),
    'bf16 + channels_last': dict(precision=torch.bfloat16, channels_last=True),
    'torch.compile': dict(compiled=True),
}


def measure_options(config: str, batch_size: int, rounds: int) -> list[Figure]:
    """Time the bare passes with each option against those without.

    Args:
        config (str): A semi-supervised recipe.
        batch_size (int): Labeled samples, and as many unlabeled ones.
        rounds (int): Steps of each.

    Returns:
        list[Figure]: Speed-ups.
    """
    recipe = read_recipe(config)
    batch = make_batch(recipe, batch_size)
    plain = BarePasses(recipe, batch).step
    figures = []
    for name, option in OPTIONS.items():
        step = BarePasses(recipe, batch, **option).step
        slow = 'precision' in option and not has_fast_bf16()
        title = f'{name}{" (emulated)" if slow else ""}: speed-up of the bare passes'
        times = 1 if slow else rounds
        figures.append(compare(title, step, plain, times, speedup=True))
    if device() == 'cpu':
        figures.append(_kept_memory(config, batch_size, rounds))
    return figures


def _kept_memory(config: str, batch_size: int, rounds: int) -> Figure:
    # Nothing undoes the setting, so each time is a process of its own.
    def run(keep: bool) -> float:
        return in_new_process(seconds_a_step, config, batch_size, keep)

    seconds = [(run(True), run(False)) for _ in range(max(rounds // 2, 1))]
    return Figure(
        'freed memory kept (always on): speed-up of the bare passes',
        *map(statistics.median, zip(*seconds, strict=True)),
        's',
        [default / kept for kept, default in seconds],
    )


def seconds_a_step(config: str, batch_size: int, keep: bool, steps: int = 5) -> float:
    """Time the bare passes in this process.

    Args:
        config (str): A semi-supervised recipe.
        batch_size (int): Labeled samples, and as many unlabeled ones.
        keep (bool): Whether freed memory is kept.
        steps (int): Steps, after two to warm up.

    Returns:
        float: Seconds, the median.
    """
    if keep:
        keep_freed_memory()
    recipe = read_recipe(config)
    step = BarePasses(recipe, make_batch(recipe, batch_size)).step
    step(), step()
    return statistics.median(timed(step) for _ in range(steps))
