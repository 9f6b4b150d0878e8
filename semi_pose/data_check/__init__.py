"""The check of all data that a recipe points to."""

from .pictures import Pictures, read_pictures
from .sets import DataSet, check_picture_sizes, read_sets
from .shared import Shared, find_shared, pairs_to_compare
from .sheet import draw_sheet
from .table import sets_table, shared_table

__all__ = [
    'DataSet',
    'Pictures',
    'Shared',
    'check_picture_sizes',
    'draw_sheet',
    'find_shared',
    'pairs_to_compare',
    'read_pictures',
    'read_sets',
    'sets_table',
    'shared_table',
]
