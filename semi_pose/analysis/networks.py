"""Trained networks of a recipe, and their heatmaps on unlabeled people."""

import torch
from mmengine.config import Config
from mmpose.models import TopdownPoseEstimator
from mmpose.registry import DATASETS, MODELS
from torch import Tensor
from torch.utils.data import Dataset

from semi_pose.datasets import SemiDataset
from semi_pose.engine.checkpoints import load_weights, read_weights
from semi_pose.errors import UserError
from semi_pose.evaluation.samples import normalized_images, seeded_batches
from semi_pose.models.members import member_heatmaps


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


def load_networks(cfg: Config, checkpoint: str | None) -> TopdownPoseEstimator:
    """Build a config's model and load a checkpoint into it, all of it.

    Args:
        cfg (Config): The config.
        checkpoint (str, optional): Checkpoint file of a run with this config; by
            default the weights are meaningless.

    Returns:
        TopdownPoseEstimator: The model on the CPU, in evaluation mode.

    Raises:
        UserError: If the checkpoint is of another model.
    """
    model = MODELS.build(cfg.model)
    if checkpoint is not None:
        load_weights(model, read_weights(checkpoint), checkpoint)
    return model.eval()


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
        dict[str, float]: The mean over people and joints, by member.
    """
    peaks: dict[str, list[Tensor]] = {}
    for batch in seeded_batches(dataset, num, seed):
        images = normalized_images(model, batch)
        for name, heatmaps in member_heatmaps(model, images).items():
            peaks.setdefault(name, []).append(heatmaps.amax((-2, -1)).flatten())
    return {name: torch.cat(parts).mean().item() for name, parts in peaks.items()}
