"""Samples of a data set that are the same at each measurement."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmpose.models import TopdownPoseEstimator
from torch import Tensor
from torch.utils.data import Dataset


def seeded_batches(
    dataset: Dataset, num: int, seed: int, batch_size: int = 50
) -> Iterator[dict[str, Any]]:
    """Draw people and their views in batches, the same ones for the same seed.

    Random states stay as they were.

    Args:
        dataset (Dataset): A labeled or unlabeled data set, with its pipeline.
        num (int): How many people; all of them if there are fewer.
        seed (int): Seed of the choice and of the pipeline.
        batch_size (int): People per batch.

    Yields:
        dict: ``inputs`` and ``data_samples``, as a data preprocessor takes them.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(dataset))[:num]
    with own_randomness(seed, torch.device('cpu')):
        samples = [dataset[index] for index in chosen.tolist()]
    for start in range(0, len(samples), batch_size):
        yield pseudo_collate(samples[start : start + batch_size])


def draw_batch(dataset: Dataset, num: int, seed: int) -> dict[str, Any]:
    """Draw people and their views as one batch, as :func:`seeded_batches` does."""
    return next(seeded_batches(dataset, num, seed, batch_size=num))


def normalized_images(model: TopdownPoseEstimator, batch: dict[str, Any]) -> Tensor:
    """Normalize the images of a batch.

    Args:
        model (TopdownPoseEstimator): The model whose data preprocessor is used.
        batch (dict): ``inputs`` and ``data_samples``, lists.

    Returns:
        Tensor: (B, C, H, W).
    """
    return model.data_preprocessor(batch)['inputs']


@contextmanager
def own_randomness(seed: int, device: torch.device) -> Iterator[None]:
    """Draw from a separate seed; restore the states of torch, NumPy and Python after.

    Args:
        seed (int): The seed.
        device (device): A device whose random state is seeded and restored too.
    """
    states = random.getstate(), np.random.get_state()
    devices = [device] if device.type == 'cuda' else []
    try:
        with torch.random.fork_rng(devices):
            # torch.manual_seed would seed the other GPUs too.
            torch.default_generator.manual_seed(seed)
            for one in devices:
                with torch.cuda.device(one):
                    torch.cuda.manual_seed(seed)
            random.seed(seed)
            np.random.seed(seed)
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
