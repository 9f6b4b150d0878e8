"""Data sets of COCO's size: start-up, memory of the workers, time per pair."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from mmengine.config import Config
from torch.utils.data import DataLoader, Dataset, get_worker_info

from .figures import Figure, compare
from .loading import build_pairs, build_stock
from .processes import in_new_process

ANNOTATIONS = 'annotations/person_keypoints_train2017.json'
NUM_IMAGES = 118_287
WORKERS, WORKER_MB = 4, 50


def measure_scale(
    recipe: Config, people: Path, rounds: int, share: float = 1.0
) -> Iterator[Figure]:
    """Measure data sets with as many images as COCO train2017, or a share of them.

    ``people`` is a small data set in COCO's folders, which they repeat.
    """
    large, small = people / 'whole', people / 'tenth'
    repeat_people(people, large, share)
    repeat_people(people, small, share / 10)
    yield compare(
        "start-up of SemiDataset / MMPose's CocoDataset",
        lambda: build_pairs(recipe, large),
        lambda: [build_stock(recipe, large, indices) for indices in (1000, None)],
        rounds,
        '<= 1.2',
    )
    private = list(in_new_process(private_memory, recipe, large))
    limits = [WORKER_MB] * len(private)
    name = f'private memory of each of {WORKERS} workers / {WORKER_MB} MB'
    yield Figure(name, private, limits, 'MB', '<= 1')
    yield compare(
        'pair of the whole sets / of a tenth',
        draws(build_pairs(recipe, large)),
        draws(build_pairs(recipe, small)),
        3 * rounds,
        '<= 1.05',
    )


def repeat_people(people: Path, folder: Path, share: float) -> None:
    """Write an annotation file that names the same few pictures again and again."""
    coco = json.loads((people / ANNOTATIONS).read_text())
    images, annotations = coco['images'], coco['annotations']
    copies = range(max(round(share * NUM_IMAGES / len(images)), 1))
    step = 1 + max(one['id'] for one in images + annotations)
    coco['images'] = [
        dict(one, id=one['id'] + i * step) for i in copies for one in images
    ]
    coco['annotations'] = [
        dict(one, id=one['id'] + i * step, image_id=one['image_id'] + i * step)
        for i in copies
        for one in annotations
    ]
    (folder / ANNOTATIONS).parent.mkdir(parents=True)
    (folder / ANNOTATIONS).write_text(json.dumps(coco))
    (folder / 'train2017').symlink_to(people.resolve() / 'train2017')


def private_memory(recipe: Config, folder: Path, batches: int = 40) -> Iterator[float]:
    """Load batches of 32 pairs; ask each worker for the MB that it does not share."""
    loader = DataLoader(
        build_pairs(recipe, folder),
        batch_size=32,
        shuffle=True,
        num_workers=WORKERS,
        collate_fn=_ask_worker,
        multiprocessing_context='fork',
    )
    # Of a worker its last batch counts.
    yield from dict(
        one for _, one in zip(range(batches), loader, strict=False)
    ).values()


def _ask_worker(batch: list) -> tuple[int, float]:
    lines = Path('/proc/self/smaps_rollup').read_text().splitlines()
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith('Private_')]
    return get_worker_info().id, sum(kilobytes) / 1024


def draws(dataset: Dataset) -> Callable[[], list]:
    """Return a function that loads 200 pairs from all over a set."""
    indices = np.random.default_rng(0).integers(len(dataset), size=200).tolist()
    return lambda: [dataset[i] for i in indices]
