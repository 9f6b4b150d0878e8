"""Mixed precision that also runs on a CPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from mmengine.runner.amp import autocast


@OPTIM_WRAPPERS.register_module()
class Bf16OptimWrapper(OptimWrapper):
    """Compute convolutions in bfloat16, on the device that the model is on.

    Weights, losses and the optimizer stay in float32. bfloat16 has the range of
    float32, so the loss is not scaled; MMEngine's AmpOptimWrapper, made for
    float16, needs a GPU. Arguments are those of MMEngine's OptimWrapper.
    """

    @contextmanager
    def optim_context(self, model: torch.nn.Module) -> Iterator[None]:
        """Run the forward pass in mixed precision.

        Args:
            model (Module): The model that is trained.
        """
        device = next(model.parameters()).device.type
        with (
            super().optim_context(model),
            autocast(device_type=device, dtype=torch.bfloat16),
        ):
            yield


def has_fast_bf16() -> bool:
    """Say whether the device has instructions for bfloat16, or emulates it slowly."""
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    return torch.ops.mkldnn._is_mkldnn_bf16_supported()
