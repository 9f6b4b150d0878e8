"""Loading of samples against MMPose's stock pipeline on the same pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS
from torch.utils.data import Dataset

from semi_pose.benchmark.networks import read_recipe
from semi_pose.benchmark.timing import Figure, compare
from semi_pose.recipes.data_root import set_data_root

NUM_SAMPLES = 100
LOAD = [dict(type='LoadImage'), dict(type='GetBBoxCenterScale')]


def stock_pipeline(codec: dict) -> list[dict]:
    """Return the training pipeline of MMPose's own top-down configs."""
    return [
        *LOAD,
        dict(type='RandomFlip', direction='horizontal'),
        dict(type='RandomHalfBody'),
        dict(type='RandomBBoxTransform'),
        dict(type='TopdownAffine', input_size=codec['input_size']),
        dict(type='GenerateTarget', encoder=codec),
        dict(type='PackPoseInputs'),
    ]


def measure_loading(config: str, data_root: Path, rounds: int) -> list[Figure]:
    """Time samples in one process, on one core.

    Args:
        config (str): A semi-supervised recipe on COCO's folders.
        data_root (Path): Where they are.
        rounds (int): Times that `NUM_SAMPLES` samples are loaded.

    Returns:
        list[Figure]: Throughput over the stock pipeline's: one view, and pairs over two
        stock samples.
    """
    recipe = read_recipe(config)
    set_data_root(recipe, str(data_root))
    init_default_scope('mmpose')
    pairs_cfg = recipe.train_dataloader.dataset
    stock = DATASETS.build(
        dict(pairs_cfg.labeled, indices=None, pipeline=stock_pipeline(recipe.codec))
    )
    pairs = DATASETS.build(pairs_cfg)
    one = loads(stock)
    two = loads(stock, times=2)
    return [
        compare(
            'unlabeled samples: throughput / stock',
            loads(pairs.unlabeled),
            one,
            rounds,
            '>= 0.95',
            speedup=True,
        ),
        compare(
            'pairs: throughput / two stock samples',
            loads(pairs),
            two,
            rounds,
            '>= 0.95',
            speedup=True,
        ),
    ]


def loads(dataset: Dataset, times: int = 1) -> Callable[[], Sequence]:
    """Return a function that loads some samples, the same ones at each call."""
    indices = [i % len(dataset) for i in range(NUM_SAMPLES)] * times
    return lambda: [dataset[i] for i in indices]
