"""Optimizer wrappers."""

from .bf16_optim_wrapper import Bf16OptimWrapper, has_fast_bf16
from .layer_decay import EachNetworkLayerDecay

__all__ = ['Bf16OptimWrapper', 'EachNetworkLayerDecay', 'has_fast_bf16']
