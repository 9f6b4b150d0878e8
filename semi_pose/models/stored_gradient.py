"""Losses whose graph is not kept."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


def loss_without_graph(
    compute: Callable[[], Tensor], parameters: Sequence[Tensor]
) -> Tensor:
    """Compute a loss and its gradients at once, and free its graph.

    Several such losses need the memory of one graph, and one more set of gradients;
    their sum can be used like any loss.

    Args:
        compute (Callable): Returns the scalar loss.
        parameters (Sequence[Tensor]): All that gets a gradient.

    Returns:
        Tensor: The scalar, whose backward pass hands the gradients on.
    """
    value = compute()
    gradients = torch.autograd.grad(value, parameters, allow_unused=True)
    return _StoredGradient.apply(value.detach(), gradients, *parameters)


class _StoredGradient(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: FunctionCtx,
        value: Tensor,
        gradients: Sequence[Tensor | None],
        *parameters: Tensor,
    ) -> Tensor:
        ctx.gradients = gradients
        return value.clone()

    @staticmethod
    def backward(ctx: FunctionCtx, scale: Tensor) -> tuple[Tensor | None, ...]:
        gradients = [None if one is None else one * scale for one in ctx.gradients]
        ctx.gradients = None
        return None, None, *gradients
