"""When a run's networks change, and how long its epochs are."""

from mmengine.dataset import InfiniteSampler
from mmengine.dist import get_world_size
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch.utils.data import DataLoader


def has_updated(optim_wrapper: OptimWrapper) -> bool:
    """Say whether no gradients of steps before an update are left."""
    if isinstance(optim_wrapper, OptimWrapperDict):  # whose wrappers may differ
        return True
    return optim_wrapper.should_update()


def count_updates(optim_wrapper: OptimWrapper, steps: int) -> int:
    """Count how often networks have changed, of which each may have added up steps."""
    # OptimWrapperDict has several wrappers, which may differ.
    return steps // getattr(optim_wrapper, '_accumulative_counts', 1)


def epoch_length(loader: DataLoader) -> int:
    """Count the steps in which all processes together see a training set once."""
    steps = len(loader)
    if isinstance(loader.sampler, InfiniteSampler):  # which counts one process
        steps = -(-steps // get_world_size())
    return steps
