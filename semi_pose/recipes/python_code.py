"""Configs written as Python code, formatted as ruff does it."""

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

WIDTH = 88
INDENT = 4


class Code(str):
    """Code that is written as it is, such as the name of a variable."""


def assignment(name: str, value: Any) -> str:
    """Write an assignment.

    Args:
        name (str): The variable.
        value (Any): What it gets: :class:`Code`, or what configs are made of. In dicts,
            a key that begins with ``#`` is a comment before the next key, and an empty
            one has the dict that the others change.

    Returns:
        str: One line or several.
    """
    start = f'{name} = '
    return start + to_code(value, taken=len(start))


def to_code(value: Any, indent: int = 0, taken: int = 0) -> str:
    """Write a value, in one line if it fits.

    Args:
        value (Any): See :func:`assignment`.
        indent (int): Characters before the statement that it is part of.
        taken (int): Other characters of the line.

    Returns:
        str: The code.
    """
    line = one_line(value)
    is_nested = isinstance(value, (Mapping, list, tuple)) and len(value)
    if not is_nested or taken + len(line) <= WIDTH and not _has_comment(value):
        return line
    opening, closing = _brackets(value)
    margin = ' ' * (indent + INDENT)
    rows = [row for key, item in _items(value) for row in _rows(key, item, margin)]
    return '\n'.join([opening, *rows, ' ' * indent + closing])


def _rows(key: str, item: Any, margin: str) -> list[str]:
    """Write an item of a dict or list, or a comment, in lines of their own."""
    if key.startswith('#'):
        return [margin + line for line in comment(key[2:], len(margin))]
    taken = len(margin) + len(key) + 1  # with its comma
    return [f'{margin}{key}{to_code(item, len(margin), taken)},']


def comment(text: str, indent: int = 0) -> list[str]:
    """Break a comment into lines."""
    return [f'# {line}' for line in wrap(text, WIDTH - indent - 2)]


def one_line(value: Any) -> str:
    """Write a value in one line, without comments."""
    if isinstance(value, Code) or not isinstance(value, (Mapping, list, tuple)):
        return value if isinstance(value, Code) else repr(value)
    opening, closing = _brackets(value)
    items = [key + one_line(item) for key, item in _items(value) if key[:1] != '#']
    comma = ',' if isinstance(value, tuple) and len(value) == 1 else ''
    return opening + ', '.join(items) + comma + closing


def concatenation(text: str, taken: int = 0) -> Code:
    """Write a string; a path that is too long for the line is cut at its last slash.

    Args:
        text (str): The string.
        taken (int): Other characters of the line.

    Returns:
        Code: The literal, or several in parentheses.
    """
    if taken + len(repr(text)) <= WIDTH or '/' not in text:
        return Code(repr(text))
    folder, slash, name = text.rpartition('/')
    parts = [repr(text)]
    if INDENT + len(parts[0]) > WIDTH:
        parts = [repr(folder + slash), repr(name)]
    return Code('\n'.join(['(', *(' ' * INDENT + part for part in parts), ')']))


def _brackets(value: Any) -> tuple[str, str]:
    if isinstance(value, Mapping):
        return ('dict(', ')') if _has_names(value) else ('{', '}')
    return ('(', ')') if isinstance(value, tuple) else ('[', ']')


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        yield from (('', item) for item in value)
        return
    names = _has_names(value)
    for key, item in value.items():
        is_plain = not key or str(key).startswith('#')
        yield key if is_plain else f'{key}=' if names else f'{key!r}: ', item


def _has_names(value: Mapping) -> bool:
    return all(
        isinstance(key, str) and (not key or key.isidentifier() or key[0] == '#')
        for key in value
    )


def _has_comment(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(
            str(key).startswith('#') or _has_comment(item)
            for key, item in value.items()
        )
    return isinstance(value, (list, tuple)) and any(map(_has_comment, value))
