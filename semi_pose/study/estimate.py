"""How long a study takes, before it is run."""

import os.path as osp
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import reduce
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS

from semi_pose.analysis.cost import count_step
from semi_pose.cli.tool import checked_data
from semi_pose.errors import UserError
from semi_pose.recipes.data_root import TRAIN, check_files, data_nodes, set_data_root
from semi_pose.recipes.kinds import label_places, pseudo_file
from semi_pose.recipes.layouts import use_layout
from semi_pose.runs.logs import epoch_length, read_scalars, series
from semi_pose.runs.run import Run
from semi_pose.study.plan import Plan, Trial


class Estimate(NamedTuple):
    """Time of one run."""

    seconds: float  # from here to its end; 0 if it is trained
    source: str  # where the figure is from


def estimate_all(plan: Plan, tflops: float) -> dict[Trial, Estimate]:
    """Estimate each run.

    A run of the same recipe that has logged its steps' time is the best source; next
    the arithmetic of the recipe at the speed that runs of the study reached; last the
    arithmetic at a named speed (``tflops``, 10^12 operations per second). Validation
    and start-up are not counted.
    """
    times = {trial: step_time(trial.run) for trial in plan.trials}
    begun = [trial for trial in plan.trials if times[trial]]
    alike = {
        trial: [times[one] for one in begun if one.recipe == trial.recipe]
        for trial in plan.trials
    }
    unknown = [one for one in plan.trials if not one.done and not alike[one]]
    # Counted where needed: it takes seconds per recipe.
    counted = {one.recipe: one.run.cfg for one in unknown + (begun if unknown else [])}
    flops = {recipe: step_flops(cfg) for recipe, cfg in counted.items()}
    speed, source = tflops * 1e12, f'arithmetic at {tflops:g} TFLOPS'
    if begun and unknown:
        speed = fmean(flops[one.recipe] / times[one] for one in begun)
        source = f'arithmetic at the {speed / 1e12:.2g} TFLOPS of found runs'

    def estimate(trial: Trial) -> Estimate:
        if trial.done:
            return Estimate(0, '')
        left = steps_left(trial.run)
        if alike[trial]:
            return Estimate(left * fmean(alike[trial]), 'logged time of found runs')
        return Estimate(left * flops[trial.recipe] / speed, source)

    return {trial: estimate(trial) for trial in plan.trials}


def step_time(run: Run) -> float | None:
    """Average the seconds per step that a run has logged; None if it has not begun."""
    records = [one for one in read_scalars(run.folder) if 'loss' in one]
    times = series(records, 'time')[1]
    return fmean(times) if times else None


def step_flops(cfg: Config) -> float:
    """Count the operations of a training step, the whole batch."""
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    cfg = deepcopy(cfg)
    cfg.model.backbone.init_cfg = None
    return count_step(cfg) * cfg.train_dataloader.batch_size


def steps_left(run: Run) -> int:
    """Count the steps that are to be done; recipes of epochs read their data for it."""
    records = read_scalars(run.folder)
    left = run.steps - run.progress(records)
    if run.unit == 'iter':
        return left
    return left * (epoch_length(records) or steps_per_pass(run))


def check_labels(plan: Plan) -> None:
    """Check that there are as many labeled people as are wanted; reads the data.

    Raises:
        UserError: If there are fewer, or a file has faults.
    """
    counts: dict[str, int] = {}
    for sweep in plan.sweeps:
        if sweep.ablation.name != 'labels':
            continue
        run = sweep.method.trials[0].run
        wanted = max((one for one in sweep.points if one != sweep.own), default=0)
        for place in label_places(run.cfg):
            node = dict(reduce(_child, place.split('.')[:-1], run.cfg), indices=None)
            if node['ann_file'] not in counts:
                counts[node['ann_file']] = count_people([node], run)
            people = counts[node['ann_file']]
            if people < wanted:
                raise UserError(
                    f'--ablate labels: {node["ann_file"]} has {people} people with '
                    f'joints, and {wanted} are wanted: name fewer.'
                )


def _child(node: Any, key: str) -> Any:
    return node[int(key) if isinstance(node, list) else key]


def steps_per_pass(run: Run) -> int:
    """Count the steps in which a run sees its training set once; reads the data."""
    people = count_people(_training_sets(run.cfg), run)
    return -(-people // run.cfg.train_dataloader.batch_size)


def _training_sets(cfg: Config) -> list[Config]:
    """Return the parts of a training set; who is to be labeled, before that is done."""
    dataset = cfg.train_dataloader.dataset
    labels = pseudo_file(cfg)
    is_missing = bool(labels) and not osp.exists(labels)
    return [
        cfg.unlabeled if is_missing and part.get('ann_file') == labels else part
        for part in dataset.get('datasets', [dataset])
    ]


def count_people(datasets: Sequence[Mapping], run: Run) -> int:
    """Count the people of a run's sets; reads the data.

    Args:
        datasets (Sequence[Mapping]): Configs of sets.
        run (Run): The run, for its data root.

    Returns:
        int: How many samples they have together.

    Raises:
        UserError: If a file is missing or has faults.
    """
    init_default_scope(run.cfg.get('default_scope', 'mmpose'))
    people = 0
    for dataset in datasets:
        with TemporaryDirectory() as folder:
            cfg = dict(work_dir=folder, train_dataloader=dict(dataset=dataset))
            cfg = Config(cfg, filename=run.cfg.filename)
            if run.data_root is not None:
                if any('data_root' in one for one in data_nodes(cfg, TRAIN)):
                    set_data_root(cfg, str(run.data_root))
                use_layout(cfg, str(run.data_root))
            check_files(cfg, TRAIN)
            with checked_data(cfg, 'train'):
                people += len(DATASETS.build(cfg.train_dataloader.dataset))
    return people


def duration(seconds: float) -> str:
    """Write a time in a unit that fits it."""
    if seconds < 90:
        return f'{seconds:.0f} s'
    return f'{seconds / 60:.0f} min' if seconds < 5400 else f'{seconds / 3600:.1f} h'


def length(run: Run) -> str:
    """Write a run's length."""
    return f'{run.steps} {"steps" if run.unit == "iter" else "epochs"}'
