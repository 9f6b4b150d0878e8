"""Joints: triples of x, y and v, as many for each person."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from semi_pose.datasets.annotation_check.columns import column, numbers, whole_table
from semi_pose.datasets.annotation_check.report import Report, counted
from semi_pose.datasets.annotation_check.use import Use

CHUNK = 2**14  # people at a time, which bounds the memory
AREA_OF_BOX = 0.53  # as MMPose takes it
PAIRS = (
    'holds x, y alone. Add v after each: 2 for a visible joint, 1 for a hidden one, 0 '
    'for one that is not labeled.'
)


def check_joints(
    annotations: list[dict], wanted: Sequence[int], report: Report
) -> int | None:
    """Check joints, and bring those that can be read in one way only into form.

    Args:
        annotations (list[dict]): The annotations, changed in place: ``keypoints`` and
            ``num_keypoints``.
        wanted (Sequence[int]): Numbers of joints that the data sets have.
        report (Report): Where faults go.

    Returns:
        int, optional: The number of joints a person; None if there are none, or after
        a fault.
    """
    people = [one for one in annotations if one.get('keypoints')]
    if not people or not (_is_plain(people, wanted) or _tidy(people, wanted, report)):
        return None
    found = defaultdict(list)
    for start in range(0, len(people), CHUNK):
        chunk = people[start : start + CHUNK]
        if (table := _table(chunk)) is None:
            if not _tidy(people, wanted, report):
                return None
            table = _table(chunk)
        for key, where in _clean(chunk, table):
            found[key].append(start + np.flatnonzero(where))
    _say(found, people, report)
    return table.shape[1]


def _is_plain(people: list[dict], wanted: Sequence[int]) -> bool:
    """Say whether all have one list, of 3 values for each joint of the data sets."""
    lists = column(people, 'keypoints')
    lengths = {len(one) if isinstance(one, list) else -1 for one in lists}
    return len(lengths) == 1 and lengths <= {3 * number for number in wanted}


def _table(people: list[dict]) -> np.ndarray | None:
    """Return (N, K, 3), None if one list holds something else than numbers."""
    lists = column(people, 'keypoints')
    table = whole_table(lists, len(lists[0]))
    return None if table is None else table.reshape(len(lists), -1, 3)


def _tidy(people: list[dict], wanted: Sequence[int], report: Report) -> bool:
    """Make the joints of each one list of numbers; say whether that worked."""
    return _flatten(people, report) and _fits(people, wanted, report)


def _flatten(people: list[dict], report: Report) -> bool:
    """Make each person's joints one list of numbers; say whether that went well."""
    kinds = [_kind(one['keypoints']) for one in people]
    for kind, what in (
        (
            'text',
            'holds text or something else that is no number. Write x, y and v of each '
            'joint as numbers.',
        ),
        ('pairs', PAIRS),
    ):
        where = np.array([one == kind for one in kinds], bool)
        if where.any():
            report.fault(what, 'annotation', people, where, 'keypoints')
            return False
    nested = np.array([one == 'triples' for one in kinds], bool)
    if nested.any():
        place = ('annotation', people, nested, 'keypoints')
        report.note('is a list of x, y, v each: read as one list.', *place)
    for index in np.flatnonzero([one is not None for one in kinds]):
        values = people[index]['keypoints']
        flat = chain.from_iterable(values) if nested[index] else values
        people[index]['keypoints'] = [np.nan if v is None else v for v in flat]
    return True


def _kind(joints: object) -> str | None:
    """Return ``text``, ``pairs``, ``triples``, or None for one list of numbers."""
    if not isinstance(joints, list):
        return 'text'
    widths = {len(one) if isinstance(one, list) else 0 for one in joints}
    if widths == {2}:
        return 'pairs'
    flat = list(chain.from_iterable(joints)) if widths == {3} else joints
    if any(
        isinstance(one, bool) or not isinstance(one, int | float | None) for one in flat
    ):
        return 'text'
    return 'triples' if widths == {3} else 'numbers'


def _fits(people: list[dict], wanted: Sequence[int], report: Report) -> bool:
    """Say whether all lists hold x, y and v of as many joints."""
    lengths = np.array([len(one['keypoints']) for one in people])
    pairs = np.isin(lengths, [2 * number for number in wanted])
    pairs &= ~np.isin(lengths, [3 * number for number in wanted])
    counts = Counter((lengths // 3).tolist()).most_common()
    usual = ', '.join(f'{counted(many, "person")} of {one}' for one, many in counts)
    odd = lengths % 3 != 0
    for where, what in (
        (pairs, PAIRS),
        (
            odd,
            f'has {lengths[odd.argmax()]} numbers, no multiple of 3. Write x, y and v '
            'of each joint.',
        ),
        (
            lengths != 3 * counts[0][0],
            f'has another number of joints than most ({usual}). All people of a file '
            'need the same joints: add the missing ones as 0, 0, 0, or split the file '
            'by category.',
        ),
    ):
        if where.any():
            report.fault(what, 'annotation', people, where, 'keypoints')
            return False
    return True


def _say(found: dict[str, list], people: list[dict], report: Report) -> None:
    for key, (is_fault, field, what) in _VALUES.items():
        where = np.concatenate(found[key])
        if len(where):
            say = report.fault if is_fault else report.note
            say(what, 'annotation', people, where, field)


_VALUES = {
    'infinite': (
        True,
        'keypoints',
        'has a labeled joint (v above 0) whose x or y is not finite. Label it again, '
        'or write 0, 0, 0 for it.',
    ),
    'beyond': (
        True,
        'keypoints',
        'has a v above 2. Write 2 for a visible joint, 1 for a hidden one, 0 for one '
        'that is not labeled.',
    ),
    'fraction': (
        True,
        'keypoints',
        'lies within one pixel, as fractions of the picture do. Multiply x by the '
        "picture's width and y by its height.",
    ),
    'v': (
        False,
        'keypoints',
        'has a v that is not 0, 1 or 2: such joints count as not labeled.',
    ),
    'blank': (
        False,
        'keypoints',
        'has joints that are not labeled and lie nowhere: read as 0, 0, 0.',
    ),
    'count': (
        False,
        'num_keypoints',
        'is not the number of joints with v above 0: they are counted.',
    ),
}


def _clean(people: list[dict], table: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Correct people of (N, K, 3) joints; yields what was found, and in whom."""
    v = table[..., 2]
    beyond = (v > 2) & np.isfinite(v)
    unknown = ~((v == 0) | (v == 1) | (v == 2) | beyond)
    v[unknown] = 0
    labeled = v > 0
    lost = ~np.isfinite(table[..., :2]).all(2)
    blank = lost & ~labeled
    table[blank] = 0
    changed = (unknown | blank).any(1)
    yield 'v', unknown.any(1)
    yield 'blank', blank.any(1) & ~unknown.any(1)
    yield 'infinite', (lost & labeled).any(1)
    yield 'beyond', beyond.any(1)
    yield 'fraction', _are_fractions(table, labeled)
    for index in np.flatnonzero(changed):
        people[index]['keypoints'] = table[index].ravel().tolist()
    yield 'count', _count(people, labeled)


def _are_fractions(table: np.ndarray, labeled: np.ndarray) -> np.ndarray:
    points = np.where(labeled[..., None], table[..., :2], 0)
    within = ((points >= 0) & (points <= 1)).all((1, 2))
    return within & (labeled.sum(1) > 1) & (points > 0).any((1, 2))


def _count(people: list[dict], labeled: np.ndarray) -> np.ndarray:
    counts = labeled.sum(1)
    wrong = numbers(column(people, 'num_keypoints')) != counts
    for index in np.flatnonzero(wrong):
        people[index]['num_keypoints'] = int(counts[index])
    return wrong


def fill_areas(annotations: list[dict], corners: np.ndarray, report: Report) -> None:
    """Set areas that are missing or not above 0, by which COCO's metric divides.

    Args:
        annotations (list[dict]): The annotations, changed in place.
        corners (ndarray): (N, 4): their boxes as x1, y1, x2, y2.
        report (Report): Where notes go.
    """
    areas = numbers(column(annotations, 'area'))
    boxed = np.isfinite(corners).all(1)
    wrong = boxed & ~((areas > 0) & np.isfinite(areas))
    if not wrong.any():
        return
    report.note(
        f'is missing or no number above 0: {AREA_OF_BOX} of the box is taken, as '
        'MMPose does in training.',
        *('annotation', annotations, wrong, 'area'),
    )
    taken = np.maximum(AREA_OF_BOX * np.prod(corners[:, 2:] - corners[:, :2], 1), 1)
    for index in np.flatnonzero(wrong):
        annotations[index]['area'] = float(taken[index])


def check_skeleton(coco: dict, joints: int | None, use: Use, report: Report) -> None:
    """Check that a file's joints are those of a data set, in its order.

    Args:
        coco (dict): The data set.
        joints (int, optional): Joints a person in the file.
        use (Use): With the names of the joints.
        report (Report): Where faults go.
    """
    if not use.names or joints is None:
        return
    if joints != len(use.names):
        report.fault(
            f'has {joints} joints a person, but {use.dataset} has {len(use.names)}: '
            'choose the data set type (or its metainfo) that fits the file.'
        )
        return
    for category in coco['categories']:
        _check_names(category.get('keypoints'), use, report)


def _check_names(given: object, use: Use, report: Report) -> None:
    if not isinstance(given, list) or not given:
        return
    ours, theirs = map(_plain, use.names), map(_plain, given)
    ours, theirs = list(ours), list(theirs)
    if ours == theirs:
        return
    if sorted(ours) == sorted(theirs):
        number = next(
            i for i, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b
        )
        report.fault(
            f'has the joints of {use.dataset} in another order: joint {number + 1} is '
            f'{given[number]}, and should be {use.names[number]}. Sort the joints of '
            'each person, or give the data set a metainfo with this order.'
        )
        return
    others = [name for name, one in zip(given, theirs, strict=True) if one not in ours]
    what = f'{others[0]} is not among' if others else f'{len(given)} of'
    report.note(
        f'names joints otherwise than {use.dataset} ({what} '
        f'{", ".join(use.names)}): check that they are the same, in this order.'
    )


def _plain(name: object) -> str:
    return re.sub(r'[\W_]', '', str(name).casefold())
