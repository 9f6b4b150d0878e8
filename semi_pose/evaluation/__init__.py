"""Metrics."""

from .pseudo_label_metric import PseudoLabelMetric
from .subset_coco_metric import SubsetCocoMetric

__all__ = ['PseudoLabelMetric', 'SubsetCocoMetric']
