"""Optimizer wrappers."""

from .bf16_optim_wrapper import Bf16OptimWrapper, has_fast_bf16

__all__ = ['Bf16OptimWrapper', 'has_fast_bf16']
