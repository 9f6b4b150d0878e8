"""Passes of networks that are recorded once and replayed in every step."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import torch
from mmpose.models import TopdownPoseEstimator
from torch import Tensor, nn
from torch.utils._pytree import tree_flatten, tree_map_only

from semi_pose.models.teachers import stages

Pass = Callable[..., Any]


class GraphedPasses:
    """Let the parts of a model's networks replay recorded passes within steps.

    The first, second, ... call of a part in a step each have a recording of their own,
    as the backward passes of all of them come after the last. Calls outside of
    :meth:`step` are not changed, such as those of a validation.

    Args:
        model (TopdownPoseEstimator): A DualPoseEstimator or a stock model, on its
            device and in its memory layout.
    """

    def __init__(self, model: TopdownPoseEstimator) -> None:
        self.parts = [GraphedPart(part) for part in network_parts(model)]

    @contextmanager
    def step(self) -> Iterator[None]:
        """Make the body a step, whose calls are recorded or replayed."""
        for part in self.parts:
            part.call = 0
        try:
            yield
        finally:
            for part in self.parts:
                part.call = None

    def remove(self) -> None:
        """Give the parts their own passes back, and free the recordings."""
        for part in self.parts:
            part.remove()


class GraphedPart:
    """A backbone, neck or head that replays what it has recorded.

    A pass of another batch size, such as the last of an epoch, is not recorded: each
    recording keeps its memory.

    Args:
        part (Module): The part; its ``forward`` is replaced.

    Attributes:
        call (int | None): Calls in this step so far. None outside of steps.
    """

    def __init__(self, part: nn.Module) -> None:
        self.part = part
        self.plain = part.forward
        self.replaced = vars(part).get('forward')  # such as a compiled one
        self.recordings: dict[Hashable, tuple[list[torch.Size], Pass]] = {}
        self.call: int | None = None
        part.forward = self

    def __call__(self, *args: Any) -> Any:
        """Compute what the part does, by a recording where there is one."""
        if self.call is None:
            return self.plain(*args)
        key = (self.call, self.part.training, *_kind_of_pass(args))
        self.call += 1
        shapes = [value.shape for value in tree_flatten(args)[0]]
        recorded, replay = self.recordings.get(key, ([], None))
        if shapes > recorded:  # the first, or larger ones than those of an epoch's end
            recorded, replay = shapes, record_pass(self.part, self.plain, args)
            self.recordings[key] = recorded, replay
        return replay(*args) if shapes == recorded else self.plain(*args)

    def remove(self) -> None:
        """Give the part its own pass back."""
        del self.part.forward
        if self.replaced is not None:
            self.part.forward = self.replaced
        self.recordings.clear()


def network_parts(model: TopdownPoseEstimator) -> list[nn.Module]:
    """List the backbones, necks and heads of all networks that a step computes.

    Args:
        model (TopdownPoseEstimator): A DualPoseEstimator or a stock model.

    Returns:
        list[Module]: Each once.
    """
    networks = getattr(model, 'networks', (model,))
    teachers = getattr(model, 'teachers', ())
    parts = chain.from_iterable(map(stages, (*networks, *teachers)))
    return list(dict.fromkeys(parts))


def record_pass(part: nn.Module, forward: Pass, args: tuple) -> Pass:
    """Record a forward pass, and its backward pass where gradients are wanted.

    Args:
        part (Module): Whose parameters and buffers the pass uses. It is as it was
            afterwards, batch norm statistics too.
        forward (Callable): The pass.
        args (tuple): Tensors, or tuples or lists of them, like those of later calls.

    Returns:
        Callable: The pass, replayed. What it returns is overwritten by its next call.
    """
    buffers = [(buffer, buffer.clone()) for buffer in part.buffers()]
    # A recording reads its inputs where the samples lie.
    samples = tree_map_only(Tensor, _static_copy, args)
    mixed = torch.autocast(
        'cuda',
        torch.get_autocast_dtype('cuda'),
        torch.is_autocast_enabled(),
        cache_enabled=False,
    )
    with mixed, torch.random.fork_rng(devices=[torch.cuda.current_device()]):
        replay = torch.cuda.make_graphed_callables(
            _Pass(part, forward), samples, allow_unused_input=True
        )
    for buffer, before in buffers:
        buffer.copy_(before)
    return replay


class _Pass(nn.Module):
    """A pass together with the parameters that it trains."""

    def __init__(self, part: nn.Module, forward: Pass) -> None:
        super().__init__()
        self.part = part
        self.plain = forward

    def forward(self, *args: Any) -> Any:
        return self.plain(*args)


def _static_copy(value: Tensor) -> Tensor:
    return value.detach().clone().requires_grad_(value.requires_grad)


def _kind_of_pass(args: tuple) -> Iterator[Hashable]:
    """Yield what calls must have in common to share a recording."""
    yield torch.is_grad_enabled()
    yield torch.is_autocast_enabled()
    for value in tree_flatten(args)[0]:
        yield (value.dtype, value.requires_grad)
