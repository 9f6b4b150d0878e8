"""Active learning: which unlabeled people to label next."""

from .labeling_set import write_labeling_set
from .pool import pool_numbers
from .scoring import COLUMNS, Judged, combined_score, hard_view_of, judge_people
from .selection import select_diverse

__all__ = [
    'COLUMNS',
    'Judged',
    'combined_score',
    'hard_view_of',
    'judge_people',
    'pool_numbers',
    'select_diverse',
    'write_labeling_set',
]
