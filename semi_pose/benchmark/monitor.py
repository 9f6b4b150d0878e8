"""The CollapseMonitor against the training that it watches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from semi_pose.benchmark.networks import build_model, make_batch, read_recipe
from semi_pose.benchmark.step import training_step
from semi_pose.benchmark.timing import Figure, compare
from semi_pose.engine.hooks import CollapseMonitor
from semi_pose.evaluation.collapse import measure_collapse


def measure_monitor(config: str, batch_size: int, rounds: int) -> list[Figure]:
    """Time a measurement of the hook's defaults against the steps between two.

    Args:
        config (str): A semi-supervised recipe.
        batch_size (int): Labeled samples, and as many unlabeled ones.
        rounds (int): Measurements, and steps.

    Returns:
        list[Figure]: One; its reference is ``interval`` times the time of a step.
    """
    recipe, hook = read_recipe(config), CollapseMonitor()
    model = build_model(recipe)
    unlabeled = _one_branch(make_batch(recipe, hook.num), 'easy')
    labeled = _one_branch(make_batch(recipe, hook.num_labeled), 'sup')
    figure = compare(
        f'CollapseMonitor of {Path(config).stem}, {batch_size} + {batch_size} / '
        f'{hook.interval} steps',
        lambda: measure_collapse(model, unlabeled, labeled),
        training_step(recipe, batch_size),
        rounds,
        '<= 0.01',
    )
    return [
        replace(
            figure,
            reference=figure.reference * hook.interval,
            ratios=[ratio / hook.interval for ratio in figure.ratios],
        )
    ]


def _one_branch(batch: dict[str, Any], branch: str) -> dict[str, Any]:
    return {key: value[branch] for key, value in batch.items()}
