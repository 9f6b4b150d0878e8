"""Trained networks of a recipe, and their heatmaps on unlabeled people."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmpose.models import TopdownPoseEstimator
from mmpose.registry import DATASETS, MODELS
from torch import Tensor
from torch.utils.data import Dataset

from semi_pose.data_root import TRAIN, check_files, read_config, set_data_root
from semi_pose.datasets import SemiDataset
from semi_pose.errors import UserError


def load_recipe(path: str, data_root: str | None = None) -> Config:
    """Read a recipe, and look for its data.

    Args:
        path (str): Config file.
        data_root (str, optional): Take the data from here, not the config's folder.

    Returns:
        Config: The config.

    Raises:
        UserError: If the config or its data is missing.
    """
    cfg = read_config(path)
    if data_root:
        set_data_root(cfg, data_root)
    check_files(cfg, TRAIN)
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    return cfg


def build_pairs(cfg: Config) -> SemiDataset:
    """Build a recipe's labeled and unlabeled sets.

    Args:
        cfg (Config): The config.

    Returns:
        SemiDataset: With ``labeled`` and ``unlabeled``.

    Raises:
        UserError: If the recipe is not semi-supervised.
    """
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    if not isinstance(dataset, SemiDataset):
        raise UserError(
            f'{cfg.filename} trains on labels alone: name a semi-supervised recipe, '
            'such as configs/demo/efflite0_demo_dual.py.'
        )
    return dataset


def load_networks(cfg: Config, checkpoint: str) -> TopdownPoseEstimator:
    """Build a config's model and load a checkpoint into it, all of it.

    Args:
        cfg (Config): The config.
        checkpoint (str): Checkpoint file of a run with this config.

    Returns:
        TopdownPoseEstimator: The model on the CPU, in evaluation mode.

    Raises:
        UserError: If the checkpoint is of another model.
    """
    model = MODELS.build(cfg.model)
    try:
        load_checkpoint(model, checkpoint, map_location='cpu', strict=True)
    except RuntimeError as error:
        raise UserError(
            f'Checkpoint {checkpoint} is of another model than {cfg.filename}: use the '
            'config that it was trained with.'
        ) from error
    return model.eval()


def unlabeled_batches(
    dataset: Dataset, num: int, seed: int, batch_size: int = 50
) -> Iterator[dict[str, Any]]:
    """Draw unlabeled people and their views, the same ones for the same seed.

    Args:
        dataset (Dataset): An unlabeled data set, with its pipeline.
        num (int): How many people; all of them if there are fewer.
        seed (int): Seed of the choice and of the pipeline.
        batch_size (int): People a batch.

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


@torch.no_grad()
def mean_peaks(
    model: TopdownPoseEstimator, dataset: Dataset, num: int, seed: int = 0
) -> dict[str, float]:
    """Measure the mean peak value of the heatmaps on unlabeled people.

    The paper's "response", which falls to 0 where a network collapses.

    Args:
        model (TopdownPoseEstimator): A model in evaluation mode.
        dataset (Dataset): An unlabeled data set, with its pipeline.
        num (int): How many people.
        seed (int): Seed of the choice of people and of their views.

    Returns:
        dict[str, float]: The mean over people and joints: ``net1`` and, for two
        networks, ``net2`` and ``ensemble`` (of the mean heatmaps).
    """
    peaks: dict[str, list[Tensor]] = {}
    for batch in unlabeled_batches(dataset, num, seed):
        images = branch_images(model, batch)
        maps = [net._forward(images) for net in getattr(model, 'networks', (model,))]
        named = {f'net{number}': one for number, one in enumerate(maps, 1)}
        if len(maps) > 1:
            named['ensemble'] = torch.stack(maps).mean(0)
        for name, heatmaps in named.items():
            peaks.setdefault(name, []).append(heatmaps.amax((-2, -1)).flatten())
    return {name: torch.cat(parts).mean().item() for name, parts in peaks.items()}


def branch_images(
    model: TopdownPoseEstimator, batch: dict[str, Any], branch: str = 'easy'
) -> Tensor:
    """Normalise one branch of an unlabeled batch.

    Args:
        model (TopdownPoseEstimator): Whose data preprocessor is used.
        batch (dict): ``inputs`` and ``data_samples``, lists or lists by branch.
        branch (str): ``easy`` or ``hard``; batches without branches are easy.

    Returns:
        Tensor: (B, C, H, W).
    """
    picked = {
        key: value[branch] if isinstance(value, dict) else value
        for key, value in batch.items()
    }
    return model.data_preprocessor(picked)['inputs']
