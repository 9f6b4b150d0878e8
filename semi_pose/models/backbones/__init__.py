"""Backbones that MMPose lacks."""

from .efficientnet_lite import EfficientNetLite

__all__ = ['EfficientNetLite']
