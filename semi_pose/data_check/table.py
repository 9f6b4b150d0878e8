"""The figures of all sets as tables."""

import os.path as osp
from collections.abc import Callable

import numpy as np
from rich.table import Table
from rich.text import Text

from semi_pose.data_check.pictures import Pictures
from semi_pose.data_check.sets import DataSet
from semi_pose.data_check.shared import Shared
from semi_pose.datasets.annotation_check import joint_names

QUANTILES = (10, 50, 90)


def sets_table(sets: list[DataSet], pictures: Pictures) -> Table:
    """Make a table with a column for each set.

    Args:
        sets (list[DataSet]): The sets.
        pictures (Pictures): What was read of their pictures.

    Returns:
        Table: Files, counts, boxes, joints and faults.
    """
    table = Table(title='Data')
    table.add_column('')
    for one in sets:
        table.add_column(one.name, justify='right', overflow='fold')

    def row(title: str, cell: Callable[[DataSet], object]) -> None:
        table.add_row(title, *(Text(str(cell(one))) for one in sets))

    row('from', lambda one: '\n'.join(map(osp.basename, map(osp.normpath, one.files))))
    row('pictures', lambda one: len(one.paths))
    row('that cannot be read', lambda one: _unreadable(one, pictures))
    row('people', lambda one: len(one.records))
    percents = ', '.join(map(str, QUANTILES))
    row(f'box width, px ({percents} %)', lambda one: _quantiles(one, 0))
    row(f'box height, px ({percents} %)', lambda one: _quantiles(one, 1))
    row('joints a person', _joints)
    row('faults', lambda one: len(one.faults))
    row('notes', lambda one: len(one.notes))
    _add_joints(table, sets)
    return table


def _add_joints(table: Table, sets: list[DataSet]) -> None:
    """Add a row a joint: how often it is labeled, and visible where it is."""
    metainfo = next((one.metainfo for one in sets if one.metainfo), None)
    if not metainfo:
        return
    values = [one.visibility() if one.metainfo else np.empty((0, 0)) for one in sets]
    table.add_section()
    table.add_row('[b]joint: labeled, of these visible[/b]')
    for number, name in enumerate(joint_names(metainfo)):
        cells = [_share(one[:, number]) if one.size else '' for one in values]
        table.add_row(name, *cells)


def _share(values: np.ndarray) -> str:
    labeled = values > 0
    visible = (values[labeled] == 2).mean() if labeled.any() else 0
    return f'{labeled.mean():.0%}, {visible:4.0%}'


def _unreadable(one: DataSet, pictures: Pictures) -> int:
    return sum(pictures.sizes.get(path) is None for path in one.paths)


def _quantiles(one: DataSet, axis: int) -> str:
    if not one.records:
        return ''
    corners = np.array([np.asarray(record['bbox'])[0] for record in one.records])
    sides = corners[:, 2 + axis] - corners[:, axis]
    return ' '.join(f'{value:.0f}' for value in np.percentile(sides, QUANTILES))


def _joints(one: DataSet) -> str:
    if not one.metainfo:
        return 'not read' if one.records else ''
    values = one.visibility()
    return f'{(values > 0).sum(1).mean():.1f} of {values.shape[1]}'


def shared_table(shared: list[Shared]) -> Table:
    """Make a table of what sets share.

    Args:
        shared (list[Shared]): A row each.

    Returns:
        Table: Counts.
    """
    table = Table('sets', title='Pictures in two sets')
    for title in ('same file', 'copies', 'look alike'):
        table.add_column(title, justify='right')
    for one in shared:
        counts = len(one.same), len(one.copies), len(one.alike)
        table.add_row(f'{one.first}, {one.second}', *map(str, counts))
    return table
