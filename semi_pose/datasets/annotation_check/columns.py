"""From lists of dicts, as JSON holds them, to arrays."""

from array import array
from collections.abc import Sequence
from itertools import starmap
from operator import itemgetter
from struct import Struct
from struct import error as struct_error
from typing import Any

import numpy as np


def column(entries: Sequence[dict], field: str) -> list:
    """Return a field of every entry, None where it is missing."""
    try:
        return list(map(itemgetter(field), entries))
    except KeyError:
        return [entry.get(field) for entry in entries]


def numbers(values: Sequence[Any]) -> np.ndarray:
    """Turn values into numbers.

    Args:
        values (Sequence): Of any types.

    Returns:
        ndarray: (N,), float64; NaN for what is no number.
    """
    try:
        return np.array(array('d', values))  # refuses text and None, unlike NumPy
    except (TypeError, OverflowError):
        return np.array([value if _is_number(value) else np.nan for value in values])


def rows(values: Sequence[Any], width: int) -> tuple[np.ndarray, np.ndarray]:
    """Turn lists into a table.

    Args:
        values (Sequence): Of lists of numbers.
        width (int): How many numbers each should have.

    Returns:
        tuple[ndarray, ndarray]: (N, width), float64, and (N,), bool: whether the row
        is such a list. Others are NaN.
    """
    if (table := whole_table(values, width)) is not None:
        return table, np.ones(len(values), bool)
    good = np.array([_is_row(value, width) for value in values], bool)
    table = np.full((len(values), width), np.nan)
    if good.any():
        kept = [value for value, fits in zip(values, good, strict=True) if fits]
        table[good] = np.array(kept, dtype=np.float64)
    return table, good


def whole_table(values: Sequence[Any], width: int) -> np.ndarray | None:
    """Turn lists into a table, (N, width); None if one is no list of such numbers."""
    # Twice as fast as NumPy, and it refuses text.
    pack = Struct(f'{width}d').pack
    try:
        data = bytearray().join(starmap(pack, values))
    except (TypeError, OverflowError, struct_error):
        return None
    return np.frombuffer(data).reshape(len(values), width)


def _is_row(value: Any, width: int) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == width
        and all(map(_is_number, value))
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
