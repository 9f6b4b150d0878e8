"""The check of a detector's boxes."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from semi_pose.datasets.annotation_check.columns import column, numbers
from semi_pose.datasets.annotation_check.ids import refer
from semi_pose.datasets.annotation_check.people import check_boxes
from semi_pose.datasets.annotation_check.report import Report


def check_detections(detections: Any, path: str, images: list[dict]) -> list[str]:
    """Check a list of boxes as COCO's detectors write it.

    Args:
        detections (Any): What the file holds: a list of ``image_id``, ``bbox`` (x, y,
            width, height in pixels), ``score`` and ``category_id``.
        path (str): The file, for messages.
        images (list[dict]): The checked images that they are of.

    Returns:
        list[str]: What was read in another way than written, or left out.

    Raises:
        UserError: If the list is faulty.
    """
    report = Report(path)
    if not isinstance(detections, list) or not all(
        isinstance(one, Mapping) for one in detections
    ):
        report.fault(
            'is not a list of COCO detection results (image_id, category_id, bbox, '
            'score): write it again with your detector.'
        )
        report.raise_faults()
    renamed = {
        str(one['id_in_file']): one['id'] for one in images if 'id_in_file' in one
    }
    image_ids = refer('detection', detections, 'image_id', renamed, report)
    scores = np.isfinite(numbers(column(detections, 'score')))
    if not scores.all():
        report.fault(
            'must be a number. Write the score of the box, 1.0 if it has none.',
            *('detection', detections, ~scores, 'score'),
        )
    report.raise_faults()
    sizes = {one['id']: (one['width'], one['height']) for one in images}
    unknown = (np.nan, np.nan)
    table = np.array([sizes.get(one, unknown) for one in image_ids.tolist()], float)
    table = table.reshape(-1, 2)
    known = np.isfinite(table).all(1)
    _check_known(detections, known, report)
    check_boxes('detection', detections, known, table, report)
    report.raise_faults()
    return report.notes


def _check_known(detections: list, known: np.ndarray, report: Report) -> None:
    if known.all():
        return
    place = ('detection', detections, ~known, 'image_id')
    if known.any():
        report.note('is not among the images: left out.', *place)
    else:
        report.fault(
            'is not among the images of the annotation file. As ann_file, name the '
            'file of the images that the detector saw.',
            *place,
        )
