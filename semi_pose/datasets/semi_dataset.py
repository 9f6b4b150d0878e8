"""Pairs of labeled and unlabeled samples."""

import os.path as osp
from collections.abc import Mapping

import numpy as np
from mmengine.dataset import force_full_init
from mmpose.registry import DATASETS
from torch.utils.data import Dataset

from semi_pose.datasets.annotation_check import uses_in
from semi_pose.datasets.annotation_files import shared_files
from semi_pose.errors import UserError


@DATASETS.register_module()
class SemiDataset(Dataset):
    """Unlabeled samples, each or several with a labeled one drawn with replacement.

    By default a batch has as many labeled as unlabeled samples (Xie et al., ICCV 2021).
    Samplers, epochs, resuming and distributed training are MMEngine's. Labeled
    draws use NumPy's global state, which MMEngine seeds in each worker.

    Args:
        labeled (dict or Dataset): The labeled set, or its config.
        unlabeled (dict or Dataset): The unlabeled set, or its config.
        unlabeled_per_labeled (int): Unlabeled samples with each labeled one. With n, a
            dataloader's ``batch_size`` B gives B labeled and n B unlabeled samples.
        lazy_init (bool): Whether to read the files later, in ``full_init``.

    Raises:
        UserError: If either set is empty, or its annotation file cannot be read.
        ValueError: If ``unlabeled_per_labeled`` is not a positive integer.
    """

    def __init__(
        self,
        labeled: dict | Dataset,
        unlabeled: dict | Dataset,
        unlabeled_per_labeled: int = 1,
        lazy_init: bool = False,
    ) -> None:
        if not isinstance(unlabeled_per_labeled, int) or unlabeled_per_labeled < 1:
            raise ValueError(
                'unlabeled_per_labeled must be 1, 2, ..., not '
                f'{unlabeled_per_labeled!r}'
            )
        self.unlabeled_per_labeled = unlabeled_per_labeled
        with shared_files(uses_in([labeled, unlabeled])) as files:
            if not lazy_init:
                files.read_all()
            self.labeled = _build(labeled, 'labeled')
            self.unlabeled = _build(unlabeled, 'unlabeled')
        self._fully_initialized = False
        if not lazy_init:
            self.full_init()

    @property
    def metainfo(self) -> dict:
        """dict: Meta information of the labeled set."""
        return self.labeled.metainfo

    def full_init(self) -> None:
        """Read both sets.

        Raises:
            UserError: If either is empty.
        """
        if self._fully_initialized:
            return
        for role in ('labeled', 'unlabeled'):
            dataset = getattr(self, role)
            dataset.full_init()
            if not len(dataset):
                raise _empty(role, dataset)
        self._fully_initialized = True

    @force_full_init
    def __len__(self) -> int:
        """Return the number of pairs in an epoch, which sees the larger set once."""
        unlabeled = -(-len(self.unlabeled) // self.unlabeled_per_labeled)
        return max(len(self.labeled), unlabeled)

    def __getitem__(self, index: int) -> dict:
        """Return a pair.

        Args:
            index (int): Number of the unlabeled sample, which wraps around. Those with
                it are spread over the set, as neighbors are often alike.

        Returns:
            dict: ``inputs`` and ``data_samples``, each a dict by branch: ``sup``
            (labeled) and ``easy`` (unlabeled; a list, where there are several). Inputs
            are uint8 tensors (C, H, W).
        """
        if index >= len(self):
            raise IndexError(f'{index} is beyond the {len(self)} pairs.')
        labeled = self.labeled[np.random.randint(len(self.labeled))]
        size, number = len(self.unlabeled), self.unlabeled_per_labeled
        unlabeled = [
            self.unlabeled[(index + i * -(-size // number)) % size]
            for i in range(number)
        ]
        several = len(unlabeled) > 1
        return {
            key: dict(
                sup=labeled[key],
                easy=[one[key] for one in unlabeled] if several else unlabeled[0][key],
            )
            for key in ('inputs', 'data_samples')
        }


def _build(dataset: dict | Dataset, role: str) -> Dataset:
    if not isinstance(dataset, Mapping):
        return dataset
    try:
        return DATASETS.build(dataset)
    except ValueError as error:
        if 'need at least one array' in str(error):
            raise _empty(role, dataset) from error
        raise


def _empty(role: str, dataset: dict | Dataset) -> UserError:
    wanted = 'person with keypoints' if role == 'labeled' else 'person box'
    return UserError(
        f'The {role} set is empty: no {wanted} to use in '
        f'{", ".join(_ann_files(dataset))}. Name another ann_file, or check its '
        'indices and filters.'
    )


def _ann_files(dataset: dict | Dataset) -> list[str]:
    is_config = isinstance(dataset, Mapping)
    values = dataset if is_config else vars(dataset)
    parts = [*values.get('datasets', ()), *filter(None, [values.get('dataset')])]
    files = [path for part in parts for path in _ann_files(part)]
    # Without a file, a set is a folder of crops.
    own = values.get('ann_file') or (values.get('data_prefix') or {}).get('img')
    if own:
        # A built data set has already joined its root.
        root = is_config and values.get('data_root') or ''
        files.append(osp.join(root, own))
    return files
