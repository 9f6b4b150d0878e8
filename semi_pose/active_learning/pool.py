"""The people that may be labeled next."""

import os.path as osp
from collections import defaultdict
from fnmatch import fnmatch

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset
from torchvision.ops import box_iou

from semi_pose.datasets.base_sets import records_of
from semi_pose.datasets.people_to_label import PeopleToLabel

SAME = 0.5  # people of one picture whose boxes overlap more are the same person


def pool_numbers(
    people: PeopleToLabel, labeled: Dataset | None = None, pattern: str = '*'
) -> list[int]:
    """Find the unlabeled people who have no label yet.

    Args:
        people (PeopleToLabel): Unlabeled people; they may include labeled ones.
        labeled (Dataset, optional): The labeled set.
        pattern (str): Keep those whose picture's path matches, as shells match.

    Returns:
        list[int]: Their numbers.
    """
    boxes = _boxes_by_picture(labeled) if labeled is not None else {}
    numbers = []
    for number in range(len(people)):
        record = people.get_data_info(number)
        known = boxes.get(osp.realpath(record['img_path']))
        if fnmatch(record['img_path'], pattern) and not _is_among(record, known):
            numbers.append(number)
    return numbers


def _boxes_by_picture(dataset: Dataset) -> dict[str, Tensor]:
    """Return (N, 4) boxes x1, y1, x2, y2 of labeled people."""
    found = defaultdict(list)
    for record in records_of(dataset):
        found[osp.realpath(record['img_path'])].append(record['bbox'])
    return {
        path: torch.from_numpy(np.concatenate(rows)).float()
        for path, rows in found.items()
    }


def _is_among(record: dict, known: Tensor | None) -> bool:
    if known is None:
        return False
    box = torch.from_numpy(record['bbox']).float()
    return bool(box_iou(box, known).max() > SAME)
