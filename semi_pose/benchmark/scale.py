"""Data sets of COCO's size: start-up, memory of the workers, time a sample."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS
from torch.utils.data import DataLoader, Dataset, get_worker_info

from semi_pose.benchmark.loading import LOAD, stock_pipeline
from semi_pose.benchmark.timing import Figure, compare, in_new_process

LABELED = dict(images=57_000, people=150_000)
UNLABELED = dict(images=123_000, people=260_000)
WORKERS, WORKER_MB = 4, 50
CODEC = dict(type='MSRAHeatmap', input_size=(192, 256), heatmap_size=(48, 64), sigma=2)
EASY = [
    *LOAD,
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='RandomSimilarity'),
    dict(type='TopdownAffine', input_size=CODEC['input_size']),
    dict(type='PackPoseInputs'),
]


def measure_scale(folder: Path, rounds: int, share: float = 1.0) -> list[Figure]:
    """Measure data sets as large as COCO's, whose images are a few pictures.

    Args:
        folder (Path): With pictures under ``train2017``; annotation files are
            written into it.
        rounds (int): Times that the sets are read.
        share (float): Of COCO's size.

    Returns:
        list[Figure]: Start-up over that of MMPose's data sets, memory of a worker
        over `WORKER_MB`, and time a pair over that of sets of a tenth.
    """
    init_default_scope('mmpose')
    large, small = folder / 'coco', folder / 'tenth'
    write_files(large, folder / 'train2017', share)
    write_files(small, folder / 'train2017', share / 10)
    return [
        _startup(large, rounds),
        _worker_memory(large),
        compare(
            'pair of the whole sets / of a tenth',
            _draws(semi_set(large)),
            _draws(semi_set(small)),
            3 * rounds,
            '<= 1.05',
        ),
    ]


def write_files(folder: Path, pictures: Path, share: float) -> None:
    """Write a labeled file, and images with a detector's boxes, of COCO's size.

    Args:
        folder (Path): Where to write ``labeled.json``, ``images.json``, ``boxes.json``.
        pictures (Path): Folder of 192x256 pictures that all records name in turn.
        share (float): Of COCO's size.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [str(path) for path in sorted(pictures.iterdir())]
    rng = np.random.default_rng(0)
    people = _people(rng, LABELED, share)
    for person in people:
        joints = np.append(rng.integers(0, 190, (17, 2)), np.full((17, 1), 2), 1)
        person.update(keypoints=joints.ravel().tolist(), num_keypoints=17, iscrowd=0)
    _write_coco(folder / 'labeled.json', names, LABELED, share, people)
    _write_coco(folder / 'images.json', names, UNLABELED, share, [])
    (folder / 'boxes.json').write_text(json.dumps(_people(rng, UNLABELED, share)))


def _people(rng: np.random.Generator, size: dict, share: float) -> list[dict]:
    number, images = (round(size[key] * share) for key in ('people', 'images'))
    corners = rng.integers(0, 90, (number, 2))
    boxes = np.append(corners, rng.integers(20, 100, (number, 2)), 1).tolist()
    return [
        dict(id=i, image_id=i % images, category_id=1, bbox=box, area=1000, score=0.9)
        for i, box in enumerate(boxes)
    ]


def _write_coco(
    path: Path, names: list[str], size: dict, share: float, people: list[dict]
) -> None:
    images = [
        dict(id=i, file_name=names[i % len(names)], width=192, height=256)
        for i in range(round(size['images'] * share))
    ]
    categories = [dict(id=1, name='person')]
    coco = dict(images=images, annotations=people, categories=categories)
    path.write_text(json.dumps(coco))


def semi_set(folder: Path) -> Dataset:
    """Build SemiDataset on the files of :func:`write_files`."""
    unlabeled = dict(_unlabeled(folder), type='UnlabeledDataset', pipeline=EASY)
    cfg = dict(type='SemiDataset', labeled=_labeled(folder), unlabeled=unlabeled)
    return DATASETS.build(cfg)


def stock_sets(folder: Path) -> list[Dataset]:
    """Build MMPose's CocoDataset on each of the same files."""
    boxes = dict(_unlabeled(folder), type='CocoDataset', test_mode=True, pipeline=LOAD)
    return [DATASETS.build(cfg) for cfg in (_labeled(folder), boxes)]


def _labeled(folder: Path) -> dict:
    return dict(
        type='CocoDataset',
        ann_file=str(folder / 'labeled.json'),
        data_prefix=dict(img=''),
        pipeline=stock_pipeline(CODEC),
    )


def _unlabeled(folder: Path) -> dict:
    return dict(
        ann_file=str(folder / 'images.json'),
        bbox_file=str(folder / 'boxes.json'),
        data_prefix=dict(img=''),
    )


def _startup(folder: Path, rounds: int) -> Figure:
    return compare(
        "start-up of SemiDataset / MMPose's CocoDataset",
        lambda: semi_set(folder),
        lambda: stock_sets(folder),
        rounds,
        '<= 1.2',
    )


def _worker_memory(folder: Path) -> Figure:
    private = in_new_process(private_memory_of_workers, folder)
    name = f'private memory of each of {WORKERS} workers / {WORKER_MB} MB'
    ratios = [one / WORKER_MB for one in private]
    return Figure(name, max(private), WORKER_MB, 'MB', ratios, '<= 1')


def private_memory_of_workers(folder: Path, batches: int = 40) -> list[float]:
    """Load some batches, and ask each worker for the memory it does not share.

    Args:
        folder (Path): With the annotation files.
        batches (int): How many, of 32 pairs, over all workers.

    Returns:
        list[float]: MB, one a worker, after its last batch.
    """
    init_default_scope('mmpose')
    loader = DataLoader(
        semi_set(folder),
        batch_size=32,
        shuffle=True,
        num_workers=WORKERS,
        collate_fn=_private_memory,
        multiprocessing_context='fork',
    )
    found = {}
    for _, (worker, megabytes) in zip(range(batches), loader, strict=False):
        found[worker] = megabytes
    return list(found.values())


def _private_memory(batch: list) -> tuple[int, float]:
    lines = Path('/proc/self/smaps_rollup').read_text().splitlines()
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith('Private_')]
    return get_worker_info().id, sum(kilobytes) / 1024


def _draws(dataset: Dataset) -> Callable[[], list]:
    rng = np.random.default_rng(0)
    indices = rng.integers(len(dataset), size=200).tolist()
    return lambda: [dataset[i] for i in indices]
