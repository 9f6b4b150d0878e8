"""The last checkpoints of a study's runs, and their heatmaps."""

from collections.abc import Sequence

import torch
from mmengine.config import Config
from mmpose.models import TopdownPoseEstimator

from semi_pose.analysis.networks import build_pairs, load_networks
from semi_pose.evaluation.collapse import measure_collapse
from semi_pose.evaluation.samples import draw_batch
from semi_pose.recipes.kinds import is_semi
from semi_pose.recipes.reading import load_recipe
from semi_pose.study.plan import Method, Trial

NUM = 64
SEED = 0


def recorded_config(trial: Trial) -> Config:
    """Read the config that a run was or will be trained with; look for its data."""
    run = trial.run
    path = run.recorded if run.recorded.exists() else run.cfg.filename
    return load_recipe(str(path), str(run.data_root) if run.data_root else None)


def load_last(trial: Trial, cfg: Config) -> TopdownPoseEstimator:
    """Load the last checkpoint of a run, onto the GPU if there is one."""
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    return load_networks(cfg, str(trial.run.checkpoint)).to(device)


def measure_heatmaps(methods: Sequence[Method]) -> dict[Trial, dict[str, float]]:
    """Measure the last checkpoints' heatmaps on the same images.

    Returns:
        dict[Trial, dict[str, float]]: What CollapseMonitor logs, by run; the images
        are those of the first recipe with easy-hard pairs, or else of the first
        semi-supervised one. Empty if there is none.
    """
    semi = [one for one in methods if is_semi(one.trials[0].run.cfg)]
    if not semi:
        return {}
    source = max(semi, key=lambda method: method.easy_hard).trials[0]
    data = build_pairs(recorded_config(source))
    samples = [draw_batch(part, NUM, SEED) for part in (data.unlabeled, data.labeled)]
    return {
        trial: measure_collapse(
            load_last(trial, recorded_config(trial)), *samples, seed=SEED
        )
        for method in methods
        for trial in method.trials
        if trial.done
    }
