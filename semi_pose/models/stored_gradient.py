"""Sums of losses whose graphs are not kept."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

Gradients = list[Tensor | None]


def sum_without_graphs(
    losses: Iterable[Callable[[], Tensor]], parameters: Sequence[Tensor]
) -> Tensor:
    """Compute losses one after another with their gradients, and free each graph.

    Needs the memory of one graph, and of one more set of gradients. The sum can be used
    like any loss.

    Args:
        losses (Iterable[Callable]): Each returns a scalar loss.
        parameters (Sequence[Tensor]): All that gets a gradient.

    Returns:
        Tensor: The scalar sum, whose backward pass hands the gradients on.
    """
    values = []
    gradients: Gradients = [None] * len(parameters)
    for compute in losses:
        value = compute()
        found = list(torch.autograd.grad(value, parameters, allow_unused=True))
        # Each is freed as soon as it is added.
        gradients = [_add(total, found.pop(0)) for total in gradients]
        values.append(value.detach())
    return _StoredGradient.apply(sum(values), gradients, *parameters)


def _add(total: Tensor | None, more: Tensor | None) -> Tensor | None:
    if more is None:
        return total
    # A copy, as autograd may give two parameters one tensor.
    return more.clone() if total is None else total.add_(more)


class _StoredGradient(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: FunctionCtx, value: Tensor, gradients: Gradients, *parameters: Tensor
    ) -> Tensor:
        ctx.gradients = gradients
        return value.clone()

    @staticmethod
    def backward(ctx: FunctionCtx, scale: Tensor) -> tuple[Tensor | None, ...]:
        gradients = [None if one is None else one.mul_(scale) for one in ctx.gradients]
        ctx.gradients = None
        return None, None, *gradients
