"""Draws that depend on the seed and the training step alone."""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from mmengine.dist import get_rank
from torch.utils.data import DataLoader, Dataset

from semi_pose.datasets.batches import PackBatch, unpack

# Returned instead of a batch that was trained on before a resume.
SKIPPED = None
# What a new DataLoader copies from another.
OPTIONS = (
    'num_workers',
    'pin_memory',
    'timeout',
    'worker_init_fn',
    'multiprocessing_context',
    'prefetch_factor',
    'persistent_workers',
    'pin_memory_device',
)


def seed_draws(*place: int) -> None:
    """Seed Python, NumPy and torch with a place in the run.

    Args:
        place (int): Numbers such as seed and step; places that differ in one have
            unrelated draws.
    """
    seed = int(np.random.SeedSequence(place).generate_state(1)[0])
    random.seed(seed)
    np.random.seed(seed)
    # torch.manual_seed asks for every kind of device, and so takes much longer.
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed(seed)


class SeededLoader:
    """A data loader whose samples do not depend on what was loaded before.

    The draws of a sample come from seed, rank, training step and place in the batch:
    they do not depend on the number of workers or on a kill and resume. Batches
    of steps done before a resume are skipped without reading them.

    Args:
        loader (DataLoader): The loader, with a batch sampler. This one has
            its attributes.
    """

    def __init__(self, loader: DataLoader) -> None:
        self._given = loader
        self._places = _Places()
        self._loader = DataLoader(
            _SeededDataset(loader.dataset),
            batch_sampler=self._places,
            collate_fn=PackBatch(loader.collate_fn),
            **{name: getattr(loader, name) for name in OPTIONS},
        )
        self.start(seed=0, first=0, done=0)

    def __getattr__(self, name: str) -> Any:
        """Return what the given loader has."""
        return getattr(self._given, name)

    @property
    def _iterator(self) -> Any:
        """Workers that stay, which MMEngine's PipelineSwitchHook ends by None."""
        return self._loader._iterator

    @_iterator.setter
    def _iterator(self, value: Any) -> None:
        self._loader._iterator = value

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return len(self._given)

    def start(self, seed: int, first: int, done: int) -> None:
        """Set where in the run the next pass begins.

        Args:
            seed (int): The run's seed.
            first (int): Training step of the first batch.
            done (int): Training steps done; batches before are skipped.
        """
        self._places.seed = (seed, get_rank())
        self._next, self._done = first, done

    def __iter__(self) -> Iterator[Any]:
        """Yield batches; reading starts with the first one."""
        batches = enumerate(self._given.batch_sampler, self._next)
        while self._next < self._done:
            if next(batches, None) is None:
                return
            self._next += 1
            yield SKIPPED
        self._places.batches = batches
        for batch in self._loader:
            self._next += 1
            yield unpack(batch)


class _Places:
    """A batch sampler that gives each sample its place in the run too."""

    seed: tuple[int, ...] = ()
    batches: Iterator[tuple[int, list[int]]] = iter(())

    def __iter__(self) -> Iterator[list[tuple[int, tuple[int, ...]]]]:
        for step, batch in self.batches:
            yield [(one, (*self.seed, step, i)) for i, one in enumerate(batch)]


class _SeededDataset(Dataset):
    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    def __getitem__(self, item: tuple[int, tuple[int, ...]]) -> Any:
        index, place = item
        seed_draws(*place)
        return self.dataset[index]
