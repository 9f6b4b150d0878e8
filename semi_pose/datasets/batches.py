"""The form in which samples become a batch, and travel to the networks."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from mmengine.structures import BaseDataElement
from torch import Tensor
from torch.utils.data import default_collate

LABELS = ('gt_fields', 'gt_instance_labels')  # what losses read of a data sample
BATCH_KEYS = {'inputs', 'data_samples'}  # of MMEngine
Labels = dict[tuple[str, str], Tensor]


class PackedBatch(NamedTuple):
    """A batch on its way from a worker: a few large tensors instead of many small ones.

    Attributes:
        batch (dict): ``inputs``, stacked, and ``data_samples`` without ``labels``.
        labels (dict[str | None, Labels]): The labels by branch; None for a plain batch.
    """

    batch: dict
    labels: dict[str | None, Labels]


class PackBatch:
    """A collate function whose batches reach another process sooner.

    Each tensor costs a file descriptor on the way. :func:`unpack` gives the batch back.
    Samples are changed, so each must be a new one, as pipelines make them.

    Args:
        collate (Callable): Makes a batch of a list of samples, as MMEngine's
            ``pseudo_collate`` does.
    """

    def __init__(self, collate: Callable[[list], Any]) -> None:
        self.collate = collate

    def __call__(self, samples: list) -> Any:
        """Make a batch of samples; one that is not MMEngine's stays as it is."""
        batch = self.collate(samples)
        if not _is_mmengine_batch(batch):
            return batch
        inputs = batch['inputs']
        if isinstance(inputs, Mapping):
            inputs = {key: stack(one) for key, one in inputs.items()}
        else:
            inputs = stack(inputs)
        labels = {name: take_labels(one) for name, one in _branches(batch)}
        return PackedBatch({**batch, 'inputs': inputs}, labels)


def unpack(batch: Any) -> Any:
    """Give a batch its labels back, after its way.

    Args:
        batch (PackedBatch | Any): Anything else stays as it is.

    Returns:
        dict: ``inputs`` and ``data_samples``. Images of a plain batch are a list, as
        MMEngine's; those of branches are stacks (B, C, H, W).
    """
    if not isinstance(batch, PackedBatch):
        return batch
    batch, labels = batch
    for name, samples in _branches(batch):
        give_labels(samples, labels[name])
    inputs = batch['inputs']
    return {**batch, 'inputs': list(inputs) if isinstance(inputs, Tensor) else inputs}


def take_labels(samples: list[BaseDataElement]) -> Labels:
    """Take the labels that all samples have, in one shape and type, from them.

    Args:
        samples (list[PoseDataSample]): B samples, changed in place.

    Returns:
        Labels: (B, ...) by element and field, such as ('gt_fields', 'heatmaps').
    """
    labels = {}
    for name in LABELS:
        elements = [sample.get(name) for sample in samples]
        if any(element is None for element in elements) or not samples:
            continue
        for key, _ in list(elements[0].items()):
            values = [element.get(key) for element in elements]
            kinds = {
                (one.shape, one.dtype) if isinstance(one, Tensor) else None
                for one in values
            }
            if len(kinds) == 1 and None not in kinds:
                # In a worker, this one writes to memory that processes share.
                labels[name, key] = default_collate(values)
                for element in elements:
                    element.pop(key, None)  # a sample may be there twice
    return labels


def give_labels(samples: list[BaseDataElement], labels: Labels) -> None:
    """Give samples their labels back.

    Args:
        samples (list[PoseDataSample]): B samples, changed in place.
        labels (Labels): Of :func:`take_labels`; samples get views of them.
    """
    for (name, key), values in labels.items():
        for sample, value in zip(samples, values.unbind(), strict=True):
            sample.get(name).set_field(value, key)


def stack(images: Tensor | list) -> Tensor | list[Tensor]:
    """Stack images of one size.

    Args:
        images (Tensor or list): Images (C, H, W), or lists of them, or a stack.

    Returns:
        Tensor or list: (B, C, H, W); images of several sizes stay a list.
    """
    images = one_list(images)
    if isinstance(images, Tensor) or len({image.shape for image in images}) > 1:
        return images
    # In a worker, this one writes to memory that processes share.
    return default_collate(images)


def one_list(values: Any) -> Any:
    """Join the lists of a branch that has several samples with each labeled one."""
    return list(chain(*values)) if isinstance(values[0], (list, tuple)) else values


def _is_mmengine_batch(batch: Any) -> bool:
    """Say whether it has tensors and data samples, plain or by branch."""
    if not isinstance(batch, Mapping) or not batch.keys() >= BATCH_KEYS:
        return False
    if isinstance(batch['inputs'], Mapping):
        return True
    pairs = zip(batch['inputs'], batch['data_samples'], strict=False)
    return all(
        isinstance(image, Tensor) and isinstance(sample, BaseDataElement)
        for image, sample in pairs
    )


def _branches(batch: dict) -> Iterator[tuple[str | None, list[BaseDataElement]]]:
    """Yield the samples of each branch; None names the only one of a plain batch."""
    samples = batch['data_samples']
    branches = samples if isinstance(samples, Mapping) else {None: samples}
    for name, one in branches.items():
        yield name, one_list(one)
