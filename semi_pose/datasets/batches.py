"""The form in which samples become a batch."""

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

from torch import Tensor
from torch.utils.data import default_collate

LABELS = ('gt_fields', 'gt_instance_labels')  # what losses read of a data sample


class StackImages:
    """A collate function that gives each branch's images as one tensor.

    One large tensor reaches another process, or a GPU, sooner than many small ones.
    Plain batches stay as they are.

    Args:
        collate (Callable): Makes a batch of a list of samples, as MMEngine's
            ``pseudo_collate`` does.
    """

    def __init__(self, collate: Callable[[list], Any]) -> None:
        self.collate = collate

    def __call__(self, samples: list) -> Any:
        """Make a batch of samples."""
        batch = self.collate(samples)
        inputs = batch.get('inputs') if isinstance(batch, Mapping) else None
        if not isinstance(inputs, Mapping):
            return batch
        return {**batch, 'inputs': {key: stack(one) for key, one in inputs.items()}}


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
