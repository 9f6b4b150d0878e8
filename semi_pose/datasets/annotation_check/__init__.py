"""The check of every annotation file that a run reads."""

from .check import check_coco
from .detections import check_detections
from .images import picture_sizes
from .people import clip_boxes, has_extent, person_categories
from .report import counted
from .use import Use, find_use, joint_names, uses_in

__all__ = [
    'Use',
    'check_coco',
    'check_detections',
    'clip_boxes',
    'counted',
    'find_use',
    'has_extent',
    'joint_names',
    'person_categories',
    'picture_sizes',
    'uses_in',
]
