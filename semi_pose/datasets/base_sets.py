"""The data sets inside of wrappers, and their records."""

from collections.abc import Iterator

from mmengine.dataset import BaseDataset
from torch.utils.data import Dataset


def base_datasets(dataset: Dataset) -> Iterator[BaseDataset]:
    """Walk through wrappers to the data sets that read files.

    Args:
        dataset (Dataset): A data set or a wrapper (ConcatDataset, ...).

    Yields:
        BaseDataset: Each data set inside.
    """
    if hasattr(dataset, 'datasets'):
        for part in dataset.datasets:
            yield from base_datasets(part)
    elif hasattr(dataset, 'dataset'):
        yield from base_datasets(dataset.dataset)
    else:
        yield dataset


def records_of(dataset: Dataset) -> Iterator[dict]:
    """Read the records of all data sets inside, each once, whatever wrappers choose.

    Args:
        dataset (Dataset): A data set or a wrapper.

    Yields:
        dict: A record, as a pipeline gets it.
    """
    for base in base_datasets(dataset):
        base.full_init()
        for index in range(len(base)):
            yield base.get_data_info(index)
