"""Necks that MMPose lacks."""

from .lateral_sum import LateralSum

__all__ = ['LateralSum']
