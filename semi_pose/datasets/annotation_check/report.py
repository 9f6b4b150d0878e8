"""What is wrong with a file, in words."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from semi_pose.errors import UserError

VALUE_WIDTH = 60


_PLURALS = {'person': 'people', 'category': 'categories'}


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, ``1 image`` or ``2 images``."""
    return f'{number} {noun if number == 1 else _PLURALS.get(noun, noun + "s")}'


class Report:
    """Collect the faults of a file, and what was read leniently.

    Args:
        path (str): The file.

    Attributes:
        faults (list[str]): What must be corrected.
        notes (list[str]): What is read in another way than written, or left out.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.faults: list[str] = []
        self.notes: list[str] = []

    def fault(self, what: str, *place: Any) -> None:
        """Add a fault.

        Args:
            what (str): What is wrong, and the remedy.
            *place: Of entries, the arguments of :func:`at`.
        """
        self.faults.append(f'{self.path}{at(*place) if place else ""} {what}')

    def note(self, what: str, *place: Any) -> None:
        """Add a note; arguments as of :meth:`fault`."""
        self.notes.append(f'{self.path}{at(*place) if place else ""} {what}')

    def raise_faults(self) -> None:
        """Raise what was found.

        Raises:
            UserError: All faults, a line each.
        """
        if self.faults:
            raise UserError('\n'.join(self.faults))


def at(noun: str, entries: Sequence[dict], where: np.ndarray, field: str) -> str:
    """Say which entries are meant.

    Args:
        noun (str): What an entry is: ``image``, ``annotation``, ``detection``.
        entries (Sequence[dict]): The entries.
        where (ndarray): Those that are meant, as a mask (N,) or as indices.
        field (str): Their field.

    Returns:
        str: How many, the id of the first and what its field holds.
    """
    indices = np.flatnonzero(where) if where.dtype == bool else where
    first = entries[indices[0]]
    name = f'id {first["id"]!r}' if 'id' in first else f'number {indices[0] + 1}'
    value = repr(first[field]) if field in first else 'missing'
    if len(value) > VALUE_WIDTH:
        value = f'{value[:VALUE_WIDTH]} ...'
    start = '' if len(indices) == 1 else 'the first with '
    return f': {counted(len(indices), noun)}, {start}{name}: "{field}" ({value})'
