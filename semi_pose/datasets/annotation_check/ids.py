"""Ids: whole numbers, each once, and those that entries refer to."""

from array import array
from collections.abc import Sequence

import numpy as np

from semi_pose.datasets.annotation_check.columns import column
from semi_pose.datasets.annotation_check.report import Report


def whole_numbers(values: Sequence) -> np.ndarray | None:
    """Return values as (N,) int64, None if one is no whole number."""
    try:
        return np.array(array('q', values), np.int64)
    except (TypeError, OverflowError):
        return None


def read_ids(noun: str, entries: list[dict], report: Report) -> dict[str, int]:
    """Make the ids of a list whole numbers, each once.

    Text that is a number becomes that number; other text, as a UUID, is numbered in
    the order of the file.

    Args:
        noun (str): What an entry is, for messages.
        entries (list[dict]): The list; ids are changed in place.
        report (Report): Where faults go.

    Returns:
        dict[str, int]: From each id that was changed, as text, to the new one.
    """
    values = column(entries, 'id')
    ids, renamed = whole_numbers(values), {}
    if ids is None:
        renamed = _rename(noun, entries, values, report)
        ids = whole_numbers(column(entries, 'id'))
    if ids is not None:
        _check_unique(noun, entries, ids, report)
    return renamed


def _rename(
    noun: str, entries: list[dict], values: list, report: Report
) -> dict[str, int]:
    missing = np.array([value is None for value in values])
    if missing.any() and not (noun == 'annotation' and missing.all()):
        report.fault(
            'must be a whole number of its own. Give each one.',
            *(noun, entries, missing, 'id'),
        )
        return {}
    texts = [str(value) for value in values]
    new, how = _numbered(texts), '1, 2, 3 in the order found.'
    if all(text.isdecimal() for text in texts):
        new, how = [int(text) for text in texts], 'that number.'
    if all(isinstance(value, float) and value.is_integer() for value in values):
        new = [int(value) for value in values]  # and nothing is to be said
    else:
        place = (noun, entries, np.arange(len(entries)), 'id')
        report.note(f'is no whole number: read as {how}', *place)
    for entry, number in zip(entries, new, strict=True):
        entry.update(id=number, id_in_file=entry.get('id'))
    return {} if missing.all() else dict(zip(texts, new, strict=True))


def _numbered(texts: list[str]) -> list[int]:
    """Number texts, equal ones alike: they are found as repeated."""
    if set(texts) == {'None'}:
        return list(range(1, len(texts) + 1))
    order = {text: number for number, text in enumerate(dict.fromkeys(texts), 1)}
    return [order[text] for text in texts]


def _check_unique(
    noun: str, entries: list[dict], ids: np.ndarray, report: Report
) -> None:
    unique, counts = np.unique(ids, return_counts=True)
    if len(unique) < len(ids):
        repeated = np.isin(ids, unique[counts > 1])
        report.fault(
            f'repeats. An id may stand for one {noun} only: give each its own, for '
            'instance by numbering them 1, 2, 3 (two files that were put together both '
            'begin at 1).',
            *(noun, entries, repeated, 'id'),
        )


def refer(
    noun: str,
    entries: list[dict],
    field: str,
    renamed: dict[str, int],
    report: Report,
) -> np.ndarray | None:
    """Make the ids that entries refer to whole numbers.

    Args:
        noun (str): What an entry is.
        entries (list[dict]): The entries; their field is changed in place.
        field (str): The field that refers, as ``image_id``.
        renamed (dict[str, int]): Of :func:`read_ids`, of the list referred to.
        report (Report): Where faults go.

    Returns:
        ndarray, optional: (N,), int64; None after a fault.
    """
    ids = whole_numbers(column(entries, field))
    if ids is not None and not renamed:
        return ids
    bad = []
    for index, entry in enumerate(entries):
        text = str(entry.get(field))
        if text in renamed:
            entry[field] = renamed[text]
        elif not isinstance(entry.get(field), int):
            if text.isdecimal():
                entry[field] = int(text)
            elif isinstance(entry.get(field), float) and entry[field].is_integer():
                entry[field] = int(entry[field])
            else:
                bad.append(index)
    if bad:
        report.fault(
            'is missing or names nothing in the file. Write the id that it belongs to.',
            *(noun, entries, np.array(bad), field),
        )
        return None
    return whole_numbers(column(entries, field))
