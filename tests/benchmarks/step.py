"""What a training step costs beyond the passes that it must make."""

import gc
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import torch
from mmengine.config import Config

from semi_pose.engine.hooks import CollapseMonitor
from semi_pose.evaluation.collapse import measure_collapse
from semi_pose.models.hard_pipeline import HardView

from .figures import Figure, compare
from .networks import (
    CONFIGS,
    bare_step,
    build_model,
    device,
    make_batch,
    read_recipe,
    title,
    training_step,
)
from .processes import in_new_process


def measure_step(recipe: Config, batch_size: int, rounds: int) -> Iterator[Figure]:
    """Time DualPoseEstimator's training step against the bare passes."""
    yield compare(
        f'step of {title(recipe, batch_size)} / bare passes',
        training_step(recipe, batch_size),
        bare_step(recipe, batch_size),
        rounds,
        '<= 1.02',
    )


def measure_memory(recipe: Config, batch_size: int, rounds: int) -> Iterator[Figure]:
    """Measure a step's peak memory against that of the bare passes."""
    peaks = [], []
    for _ in range(rounds):
        for which, make_step in enumerate((training_step, bare_step)):
            found = in_new_process(peak_memory, make_step, recipe, batch_size)
            peaks[which].extend(found)
    name = f'peak memory of a step, {batch_size} + {batch_size} / bare passes'
    yield Figure(name, *peaks, 'MB', '<= 1.05')


def measure_paths(recipe: Config, batch_size: int, rounds: int) -> Iterator[Figure]:
    """Measure MultiAugs' four hard views, at once and one after another."""
    multiaugs = read_recipe(CONFIGS / 'semi/res18_coco1k_multiaugs.py').model
    settings = {key: multiaugs[key] for key in ('paths', 'hard_pipeline')}
    ways = {
        'one path': _changed(recipe, **{**settings, 'paths': multiaugs.paths[:1]}),
        'at once': _changed(recipe, **settings),
        'in turn': _changed(recipe, **settings, one_path_at_a_time=True),
    }
    peaks = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found = in_new_process(peak_memory, training_step, way, batch_size)
            peaks[name].extend(found)
    for name, target in (('at once', ''), ('in turn', '<= 1.15')):
        title = f'peak memory of 4 paths {name}, {batch_size} + {batch_size} / of one'
        yield Figure(title, peaks[name], peaks['one path'], 'MB', target)
    yield compare(
        f'step of 4 paths in turn, {batch_size} + {batch_size} / at once',
        training_step(ways['in turn'], batch_size),
        training_step(ways['at once'], batch_size),
        rounds,
        '<= 1.05',
    )


def _changed(recipe: Config, **settings: object) -> Config:
    copy = deepcopy(recipe)
    copy.model.update(settings)
    return copy


def peak_memory(make_step, recipe: Config, batch_size: int) -> Iterator[float]:
    """Measure what three steps need beyond what was there before them, in MB."""
    step = make_step(recipe, batch_size)
    gc.collect()
    before = _peak()
    for _ in range(3):
        step()
    yield _peak() - before


def _peak() -> float:
    """Return the peak memory so far, MB: the device's, or this process's on a CPU."""
    if device() == 'cuda':
        return torch.cuda.max_memory_allocated() / 2**20
    # getrusage would count the parent's memory at the fork.
    lines = Path('/proc/self/status').read_text().splitlines()
    (line,) = (line for line in lines if line.startswith('VmHWM'))
    return int(line.split()[1]) / 1024


def measure_monitor(recipe: Config, batch_size: int, rounds: int) -> Iterator[Figure]:
    """Time a measurement of CollapseMonitor against the steps between two."""
    model, hook = build_model(recipe), CollapseMonitor()
    unlabeled, labeled = (
        {key: value[branch] for key, value in make_batch(recipe, number).items()}
        for branch, number in (('easy', hook.num), ('sup', hook.num_labeled))
    )
    figure = compare(
        f'CollapseMonitor of {title(recipe, batch_size)} / {hook.interval} steps',
        lambda: measure_collapse(model, unlabeled, labeled),
        training_step(recipe, batch_size),
        rounds,
        '<= 0.01',
    )
    yield replace(figure, reference=[hook.interval * one for one in figure.reference])


def measure_hard_view(recipe: Config, batch_size: int, rounds: int) -> Iterator[Figure]:
    """Time the making of hard views against the bare passes of a step."""
    model = build_model(recipe)
    width, height = recipe.codec.input_size
    w, h = recipe.codec.heatmap_size
    joints, students = recipe.model.head.out_channels, len(model.networks)
    images = torch.randn(batch_size, 3, height, width, device=device())
    heatmaps = torch.rand(students, batch_size, joints, h, w, device=device())
    view = HardView(images.expand(students, *images.shape), heatmaps)
    yield compare(
        f'hard view of {title(recipe, batch_size)} / bare passes',
        torch.no_grad()(lambda: model.make_hard_view(view)),
        bare_step(recipe, batch_size),
        rounds,
        '<= 0.02',
    )
