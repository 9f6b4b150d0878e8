"""The check of every annotation file that a run reads."""

from semi_pose.datasets.annotation_check.check import check_coco
from semi_pose.datasets.annotation_check.detections import check_detections
from semi_pose.datasets.annotation_check.images import picture_size, picture_sizes
from semi_pose.datasets.annotation_check.people import has_extent, person_categories
from semi_pose.datasets.annotation_check.report import counted
from semi_pose.datasets.annotation_check.use import Use, find_use, joint_names, uses_in

__all__ = [
    'Use',
    'check_coco',
    'check_detections',
    'counted',
    'find_use',
    'has_extent',
    'joint_names',
    'person_categories',
    'picture_size',
    'picture_sizes',
    'uses_in',
]
