"""Pseudo labels: a trained model labels people, a stock model trains on them."""

from semi_pose.pseudo_labels.averaging import average_views, zoom_theta
from semi_pose.pseudo_labels.labeler import Labeler
from semi_pose.pseudo_labels.loading import load_labeler
from semi_pose.pseudo_labels.output import (
    PartialLabels,
    check_same_options,
    person_category,
    to_coco,
    write_json,
)
from semi_pose.pseudo_labels.people import (
    PeopleToLabel,
    check_same_joints,
    find_categories,
    find_metainfo,
    recipe_part,
    test_set,
)

__all__ = [
    'Labeler',
    'PartialLabels',
    'PeopleToLabel',
    'average_views',
    'check_same_joints',
    'check_same_options',
    'find_categories',
    'find_metainfo',
    'load_labeler',
    'person_category',
    'recipe_part',
    'test_set',
    'to_coco',
    'write_json',
    'zoom_theta',
]
