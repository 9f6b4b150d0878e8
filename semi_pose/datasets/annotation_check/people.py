"""Who is a person: categories, and the boxes."""

from collections.abc import Sequence

import numpy as np

from semi_pose.datasets.annotation_check.columns import column, rows
from semi_pose.datasets.annotation_check.ids import read_ids, refer
from semi_pose.datasets.annotation_check.report import Report

# Of the picture's side: no box drawn as x, y, width, height lies so far outside.
FAR_OUTSIDE = 0.05
# Of all boxes, that must lie outside where they are corners.
OFTEN = 0.3


def check_categories(coco: dict, report: Report) -> None:
    """Check categories, and add what can only be one.

    Args:
        coco (dict): The data set, changed in place.
        report (Report): Where faults go.
    """
    annotations = coco.get('annotations') or []
    categories = coco.get('categories')
    if not isinstance(categories, list) or not categories:
        ids = {one.get('category_id') for one in annotations} - {None} or {1}
        if len(ids) > 1:
            report.fault(
                f'has no list "categories", and annotations of {len(ids)} categories. '
                'Add the list: id and name of each.'
            )
            return
        categories = [dict(id=ids.pop(), name='person')]
        coco['categories'] = categories
        if annotations:
            report.note('has no list "categories": all are read as people.')
    if not all(isinstance(one, dict) for one in categories):
        report.fault('has no objects in "categories": write id and name of each.')
        return
    renamed = read_ids('category', categories, report)
    missing = np.array([one.get('category_id') is None for one in annotations], bool)
    if missing.any() and len(categories) == 1:
        for index in np.flatnonzero(missing):
            annotations[index]['category_id'] = categories[0]['id']
    ids = refer('annotation', annotations, 'category_id', renamed, report)
    if ids is None or not annotations:
        return
    with_joints = np.array(list(map(bool, column(annotations, 'keypoints'))), bool)
    unlisted = with_joints & ~np.isin(ids, column(categories, 'id'))
    if unlisted.any():
        report.fault(
            'is not in the list "categories", so it would not be evaluated. Add it '
            'there, or correct it.',
            *('annotation', annotations, unlisted, 'category_id'),
        )


def person_categories(coco: dict) -> list[int]:
    """Say which categories are people, for labeled and unlabeled sets alike.

    Args:
        coco (dict): A COCO data set.

    Returns:
        list[int]: Those whose annotations have joints; if none has, those that list
        joints; else the one named ``person``, the only one there is, or 1.
    """
    annotations, categories = (
        coco.get('annotations') or [],
        coco.get('categories') or [],
    )
    with_joints = {
        one.get('category_id') for one in annotations if one.get('keypoints')
    }
    listed = [one['id'] for one in categories if one.get('keypoints')]
    named = [
        one['id'] for one in categories if str(one.get('name')).lower() == 'person'
    ]
    only = [one['id'] for one in categories] if len(categories) == 1 else []
    return sorted(with_joints - {None}) or listed or named or only or [1]


def check_boxes(
    noun: str,
    entries: Sequence[dict],
    needed: np.ndarray,
    sizes: np.ndarray,
    report: Report,
) -> np.ndarray:
    """Check boxes.

    Args:
        noun (str): What an entry is.
        entries (Sequence[dict]): With ``bbox``: x, y, width, height in pixels.
        needed (ndarray): (N,), bool: those that need a box.
        sizes (ndarray): (N, 2): width and height of each one's picture.
        report (Report): Where faults go.

    Returns:
        ndarray: (N, 4), float64: the corners x1, y1, x2, y2, clipped to the picture as
        MMPose does it; NaN where there is no box.
    """
    boxes, good = rows(column(entries, 'bbox'), 4)

    def fault(what: str, where: np.ndarray) -> None:
        if where.any():
            report.fault(what, noun, entries, where, 'bbox')

    fault(
        'is not a list of four numbers: x, y, width, height in pixels. Draw the box, '
        'or take the entry out.',
        needed & ~good,
    )
    finite = np.isfinite(boxes).all(1)
    fault(
        'has numbers that are not finite. Draw the box again, or take the entry out.',
        needed & good & ~finite,
    )
    used = needed & finite
    real = used & (boxes[:, 2:] > 0).all(1)
    fraction = real & (boxes >= 0).all(1) & (_far_corner(boxes) <= 1).all(1)
    if noun == 'annotation' or 2 * fraction.sum() > real.sum():
        fault(
            'lies within one pixel, as a fraction of the picture does. Multiply x and '
            "width by the picture's width, y and height by its height.",
            fraction,
        )
    if _are_corners(boxes[real & ~fraction], sizes[real & ~fraction]):
        fault(
            'is not x, y, width, height: read so, many boxes end outside their '
            'picture, and all fit as corners x1, y1, x2, y2. Write x1, y1, x2 - x1, '
            'y2 - y1.',
            real & ~fraction,
        )
    return clip_boxes(boxes, sizes)


def _far_corner(boxes: np.ndarray) -> np.ndarray:
    return boxes[:, :2] + boxes[:, 2:]


def _are_corners(boxes: np.ndarray, sizes: np.ndarray) -> bool:
    if not len(boxes):
        return False
    fit = (boxes[:, 2:] > boxes[:, :2]) & (boxes[:, 2:] <= sizes + 1)
    outside = _far_corner(boxes) > (1 + FAR_OUTSIDE) * sizes + 1
    return bool((boxes >= -1).all() and fit.all() and outside.any(1).mean() >= OFTEN)


def clip_boxes(boxes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Clip boxes to their pictures, as MMPose does.

    Args:
        boxes (ndarray): (N, 4): x, y, width, height.
        sizes (ndarray): (N, 2): width and height of each picture.

    Returns:
        ndarray: (N, 4): x1, y1, x2, y2.
    """
    corners = np.concatenate([boxes[:, :2], _far_corner(boxes)], 1)
    return np.clip(corners, 0, np.tile(sizes, 2) - 1)


def has_extent(corners: np.ndarray) -> np.ndarray:
    """Say which boxes have an extent; those without are left out of all sets.

    Args:
        corners (ndarray): (N, 4): x1, y1, x2, y2.

    Returns:
        ndarray: (N,), bool.
    """
    return (corners[:, 2:] > corners[:, :2]).all(1)
