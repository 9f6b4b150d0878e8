"""Loading of samples against MMPose's pipeline, and against what a step needs."""

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from timeit import repeat

from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmengine.utils.dl_utils import set_multi_processing
from mmpose.registry import DATASETS, MODELS
from torch.utils import benchmark
from torch.utils.data import DataLoader, Dataset

from semi_pose.datasets.batches import PackBatch, unpack
from semi_pose.recipes.data_root import set_data_root
from semi_pose.synthetic import write_dataset

from .figures import Figure, compare
from .networks import device, make_batch, title, training_step

NUM_SAMPLES = 100


def build_pairs(recipe: Config, data_root: Path) -> Dataset:
    """Build a recipe's SemiDataset on COCO's folders."""
    recipe = deepcopy(recipe)
    set_data_root(recipe, str(data_root))
    init_default_scope('mmpose')
    return DATASETS.build(recipe.train_dataloader.dataset)


def build_stock(recipe: Config, data_root: Path, indices: int | None = None) -> Dataset:
    """Build a recipe's labeled set, by the pipeline of MMPose's top-down configs."""
    pipeline = [
        dict(type='LoadImage'),
        dict(type='GetBBoxCenterScale'),
        dict(type='RandomFlip', direction='horizontal'),
        dict(type='RandomHalfBody'),
        dict(type='RandomBBoxTransform'),
        dict(type='TopdownAffine', input_size=recipe.codec.input_size),
        dict(type='GenerateTarget', encoder=recipe.codec),
        dict(type='PackPoseInputs'),
    ]
    labeled = recipe.train_dataloader.dataset.labeled
    changes = dict(indices=indices, pipeline=pipeline, data_root=str(data_root))
    init_default_scope('mmpose')
    return DATASETS.build(dict(labeled, **changes))


def measure_loading(recipe: Config, data_root: Path, rounds: int) -> Iterator[Figure]:
    """Time samples in one process, on one core."""
    pairs = build_pairs(recipe, data_root)
    stock = build_stock(recipe, data_root)
    yield compare(
        'unlabeled samples: throughput / stock',
        loads(pairs.unlabeled),
        loads(stock),
        rounds,
        '>= 0.95',
        speedup=True,
    )
    yield compare(
        'pairs: throughput / two stock samples',
        loads(pairs),
        loads(stock, times=2),
        rounds,
        '>= 0.95',
        speedup=True,
    )


def measure_batches(recipe: Config, batch_size: int, rounds: int) -> Iterator[Figure]:
    """Time the way of batches from a worker to the networks' input.

    The reference is MMEngine's lists of images and MMPose's preprocessor.
    """
    init_default_scope('mmpose')
    pairs = NewImages(make_batch(recipe, batch_size))
    settings = recipe.model.data_preprocessor
    ours = MODELS.build(settings).to(device())
    stock = MODELS.build(dict(settings, type='PoseDataPreprocessor')).to(device())

    def preprocess_each_branch(batch: dict) -> None:
        for name in batch['inputs']:
            stock({key: value[name] for key, value in batch.items()}, training=True)

    yield compare(
        f'batches of {title(recipe, batch_size)}, worker to input: throughput / stock',
        _receives(
            pairs,
            batch_size,
            PackBatch(pseudo_collate),
            lambda batch: ours(unpack(batch)),
        ),
        _receives(pairs, batch_size, pseudo_collate, preprocess_each_branch),
        rounds,
        '>= 1',
        speedup=True,
    )


class NewImages(Dataset):
    """The pairs of a batch, many times: new ones, as only those must be shared."""

    def __init__(self, batch: dict) -> None:
        self.batch = batch
        self.num_pairs = len(batch['inputs']['sup'])

    def __len__(self) -> int:
        return 20 * self.num_pairs

    def __getitem__(self, index: int) -> dict:
        if index >= len(self):
            raise IndexError(index)
        pair = {
            key: {name: one[index % self.num_pairs] for name, one in value.items()}
            for key, value in self.batch.items()
        }
        return dict(
            inputs={name: one.clone() for name, one in pair['inputs'].items()},
            data_samples=deepcopy(pair['data_samples']),
        )


def _receives(
    pairs: Dataset, batch_size: int, collate: Callable, preprocess: Callable
) -> Callable[[], None]:
    """Return a function that takes all batches from a worker."""
    loader = DataLoader(
        pairs,
        batch_size,
        num_workers=1,
        collate_fn=collate,
        persistent_workers=True,
    )

    def receive() -> None:
        for batch in loader:
            preprocess(batch)

    return receive


def loads(dataset: Dataset, times: int = 1) -> Callable[[], list]:
    """Return a function that loads some samples, the same ones at each call."""
    indices = [i % len(dataset) for i in range(NUM_SAMPLES)] * times
    return lambda: [dataset[i] for i in indices]


def measure_workers(
    recipe: Config, batch_size: int, rounds: int, num_pictures: int
) -> Iterator[Figure]:
    """Count pairs per second that a loader with a worker per core delivers.

    The reference is what training takes in at full speed. The pictures are drawn
    first, in COCO's usual size.
    """
    workers = len(os.sched_getaffinity(0))
    with TemporaryDirectory() as folder:
        write_dataset(folder, num_train=num_pictures, num_val=1, size=(640, 480))
        loading = _time_loader(recipe, Path(folder), batch_size, workers, rounds)
    step = training_step(recipe, batch_size)
    step()
    training = repeat(step, number=1, repeat=rounds, timer=benchmark.timer)
    yield Figure(
        f'loader, {workers} workers / steps of {title(recipe, batch_size)}',
        [batch_size / seconds for seconds in loading],
        [batch_size / seconds for seconds in training],
        'pairs/s',
        '>= 1',
    )


def _time_loader(
    recipe: Config, data_root: Path, batch_size: int, workers: int, rounds: int
) -> list[float]:
    """Return the seconds that a batch takes, in rounds of 2 batches per worker."""
    set_multi_processing(**recipe.env_cfg.mp_cfg)
    loader = dict(
        recipe.train_dataloader,
        dataset=build_pairs(recipe, data_root),
        sampler=dict(type='InfiniteSampler'),
        batch_size=batch_size,
        num_workers=workers,
    )
    batches = iter(Runner.build_dataloader(loader))

    def load() -> None:
        for _ in range(2 * workers):
            next(batches)

    load()  # what was fetched ahead
    return [one / (2 * workers) for one in repeat(load, number=1, repeat=rounds)]
