"""The check of a whole file."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from semi_pose.datasets.annotation_check.columns import column, numbers
from semi_pose.datasets.annotation_check.ids import read_ids, refer
from semi_pose.datasets.annotation_check.images import check_images
from semi_pose.datasets.annotation_check.joints import (
    check_joints,
    check_skeleton,
    fill_areas,
)
from semi_pose.datasets.annotation_check.people import (
    check_boxes,
    check_categories,
    has_extent,
    person_categories,
)
from semi_pose.datasets.annotation_check.report import Report
from semi_pose.datasets.annotation_check.use import Use


def check_coco(coco: Any, path: str, uses: Sequence[Use]) -> list[str]:
    """Check an annotation file, and bring it into the form that MMPose reads.

    All that uses read is checked, on arrays; what can be read in one way only is
    changed in place. Checking again finds nothing new.

    Args:
        coco (Any): What the JSON file holds.
        path (str): The file, for messages.
        uses (Sequence[Use]): Who reads it.

    Returns:
        list[str]: What was read in another way than written.

    Raises:
        UserError: If the file is faulty: a line for each kind of fault with the file,
        the number of entries alike, the id of the first, its field and the remedy.
    """
    report = Report(path)
    _check_lists(coco, uses, report)
    report.raise_faults()
    renamed = read_ids('image', coco['images'], report)
    sizes = check_images(coco['images'], uses, report)
    check_categories(coco, report)
    report.raise_faults()
    if any(use.boxes or use.joints for use in uses):
        _check_people(coco, renamed, sizes, uses, report)
    report.raise_faults()
    return report.notes


def _check_lists(coco: Any, uses: Sequence[Use], report: Report) -> None:
    people = any(use.boxes or use.joints for use in uses)
    for key in ('images', 'annotations') if people else ('images',):
        if not isinstance(coco, dict) or not isinstance(coco.get(key), list):
            report.fault(
                f'is not a COCO annotation file: it has no list "{key}". Name a file '
                'such as annotations/person_keypoints_train2017.json.'
            )
            return
        if not set(map(type, coco[key])) <= {dict}:
            report.fault(
                f'has entries in the list "{key}" that are not {{...}}: write it again '
                'in COCO format.'
            )
            return


def _check_people(
    coco: dict,
    renamed: dict[str, int],
    image_sizes: np.ndarray,
    uses: Sequence[Use],
    report: Report,
) -> None:
    annotations = coco['annotations']
    read_ids('annotation', annotations, report)
    image_ids = refer('annotation', annotations, 'image_id', renamed, report)
    if image_ids is None:
        return
    sizes = _sizes_of(image_ids, coco['images'], image_sizes, annotations, report)
    people = np.isin(column(annotations, 'category_id'), person_categories(coco))
    people &= np.isfinite(sizes).all(1)
    with_joints = np.array(list(map(bool, column(annotations, 'keypoints'))), bool)
    crowds = np.array(list(map(bool, column(annotations, 'iscrowd'))), bool)
    needed = (
        people & ~crowds if any(use.boxes for use in uses) else people & with_joints
    )
    corners = check_boxes('annotation', annotations, needed, sizes, report)
    flat = needed & np.isfinite(corners).all(1) & ~has_extent(corners)
    if flat.any() and not report.faults:
        report.note(
            'has no extent inside the picture: left out.',
            *('annotation', annotations, flat, 'bbox'),
        )
    if any(use.joints for use in uses):
        _check_labels(coco, corners, uses, report)


def _sizes_of(
    image_ids: np.ndarray,
    images: list[dict],
    image_sizes: np.ndarray,
    annotations: list[dict],
    report: Report,
) -> np.ndarray:
    """Return the size of each annotation's picture, NaN where it is not listed."""
    ids = numbers(column(images, 'id'))
    order = np.argsort(ids)
    place = np.searchsorted(ids, image_ids, sorter=order).clip(max=len(ids) - 1)
    if not len(ids):
        return np.full((len(annotations), 2), np.nan)
    index = order[place]
    listed = ids[index] == image_ids
    if not listed.all():
        what = 'is not among the images'
        if not listed.any():
            report.fault(
                f'{what}. Correct the ids: "image_id" names the "id" of an image.',
                *('annotation', annotations, ~listed, 'image_id'),
            )
        else:
            place = 'annotation', annotations, ~listed, 'image_id'
            report.note(f'{what}: left out.', *place)
    return np.where(listed[:, None], image_sizes[index], np.nan)


def _check_labels(
    coco: dict, corners: np.ndarray, uses: Sequence[Use], report: Report
) -> None:
    annotations = coco['annotations']
    wanted = {len(use.names) for use in uses if use.names}
    joints = check_joints(annotations, sorted(wanted), report)
    for use in set(uses):
        check_skeleton(coco, joints, use, report)
    labeled = any(use.joints and use.dataset for use in uses)
    if labeled and not report.faults and not _has_labels(annotations):
        report.fault(
            'holds no person with keypoints: the labeled set is empty. Name a file '
            'such as annotations/person_keypoints_train2017.json.'
        )
    if not report.faults:
        fill_areas(annotations, corners, report)
        _fill(annotations)


def _fill(annotations: list[dict]) -> None:
    """Write what MMPose and COCO's metric look for in the form that they know."""
    for annotation in annotations:
        annotation.setdefault('iscrowd', 0)
        if not annotation.get('keypoints'):
            annotation.pop('keypoints', None)


def _has_labels(annotations: list[dict]) -> bool:
    return any(
        one.get('num_keypoints') and one.get('keypoints') and not one.get('iscrowd')
        for one in annotations
    )
