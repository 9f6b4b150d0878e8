"""What a training step costs beyond the passes that it must make."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper

from semi_pose.benchmark.networks import (
    BarePasses,
    build_model,
    device,
    make_batch,
    read_recipe,
)
from semi_pose.benchmark.timing import Figure, compare, in_new_process


def measure_step(config: str, batch_size: int, rounds: int) -> list[Figure]:
    """Time DualPoseEstimator's training step against the bare passes.

    Args:
        config (str): A semi-supervised recipe.
        batch_size (int): Labeled samples, and as many unlabeled ones.
        rounds (int): Steps of each.

    Returns:
        list[Figure]: One.
    """
    recipe = read_recipe(config)
    ours = training_step(recipe, batch_size)
    bare = BarePasses(recipe, make_batch(recipe, batch_size)).step
    name = f'step of {Path(config).stem}, {batch_size} + {batch_size}'
    return [compare(f'{name} / bare passes', ours, bare, rounds, '<= 1.02')]


def training_step(recipe: Config, batch_size: int) -> Callable[[], object]:
    """Return the runner's training step, from loaded samples to new weights."""
    model = build_model(recipe)
    optimizer = build_optim_wrapper(model, recipe.optim_wrapper)
    batch = make_batch(recipe, batch_size)
    return lambda: model.train_step(batch, optimizer)


def measure_memory(config: str, batch_size: int, rounds: int) -> list[Figure]:
    """Measure the peak memory of a step against that of the bare passes.

    On a CPU each is measured in a process of its own.

    Args:
        config (str): A semi-supervised recipe.
        batch_size (int): Labeled samples, and as many unlabeled ones.
        rounds (int): Processes of each.

    Returns:
        list[Figure]: One.
    """
    peaks = {'ours': [], 'bare': []}
    for _ in range(rounds):
        for name, found in peaks.items():
            found.append(in_new_process(peak_memory, name, config, batch_size))
    ratios = [a / b for a, b in zip(*peaks.values(), strict=True)]
    ours, bare = map(statistics.median, peaks.values())
    name = f'peak memory of a step, {batch_size} + {batch_size} / bare passes'
    return [Figure(name, ours, bare, 'MB', ratios, '<= 1.05')]


def peak_memory(name: str, config: str, batch_size: int, steps: int = 3) -> float:
    """Measure what a few steps need beyond what was there before.

    Args:
        name (str): 'ours' or 'bare'.
        config (str): A semi-supervised recipe.
        batch_size (int): Labeled samples, and as many unlabeled ones.
        steps (int): Steps.

    Returns:
        float: MB.
    """
    recipe = read_recipe(config)
    if name == 'ours':
        step = training_step(recipe, batch_size)
    else:
        step = BarePasses(recipe, make_batch(recipe, batch_size)).step
    gc.collect()
    before = _peak()
    for _ in range(steps):
        step()
    return _peak() - before


def _peak() -> float:
    """Return the peak memory so far, MB: the device's, or this process's on a CPU."""
    if device() == 'cuda':
        return torch.cuda.max_memory_allocated() / 2**20
    # getrusage would count the parent's memory at the fork.
    lines = Path('/proc/self/status').read_text().splitlines()
    (line,) = (line for line in lines if line.startswith('VmHWM'))
    return int(line.split()[1]) / 1024
