"""Samples of a data set that are the same at each measurement."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from mmengine.dataset import pseudo_collate
from mmpose.models import TopdownPoseEstimator
from torch import Tensor
from torch.utils.data import Dataset


def unlabeled_batches(
    dataset: Dataset, num: int, seed: int, batch_size: int = 50
) -> Iterator[dict[str, Any]]:
    """Draw unlabeled people and their views, the same ones for the same seed.

    Args:
        dataset (Dataset): An unlabeled data set, with its pipeline.
        num (int): How many people; all of them if there are fewer.
        seed (int): Seed of the choice and of the pipeline.
        batch_size (int): People per batch.

    Yields:
        dict: ``inputs`` and ``data_samples``, as a data preprocessor takes them.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(dataset))[:num]
    state = np.random.get_state()
    np.random.seed(seed)
    try:
        samples = [dataset[index] for index in chosen.tolist()]
    finally:
        np.random.set_state(state)
    for start in range(0, len(samples), batch_size):
        yield pseudo_collate(samples[start : start + batch_size])


def normalized_images(
    model: TopdownPoseEstimator, batch: dict[str, Any], branch: str = 'easy'
) -> Tensor:
    """Normalize the images of a batch.

    Args:
        model (TopdownPoseEstimator): The model whose data preprocessor is used.
        batch (dict): ``inputs`` and ``data_samples``, lists or lists by branch.
        branch (str): The branch, if the batch has branches.

    Returns:
        Tensor: (B, C, H, W).
    """
    picked = {
        key: value[branch] if isinstance(value, dict) else value
        for key, value in batch.items()
    }
    return model.data_preprocessor(picked)['inputs']
