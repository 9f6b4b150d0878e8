"""A folder to correct in a labeling tool and to train on afterwards."""

import os.path as osp
import shutil
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

import numpy as np
from mmengine.fileio import dump

from semi_pose.evaluation import PseudoLabelMetric

ANN_FILE = 'annotations/person_keypoints.json'


def write_labeling_set(
    folder: Path,
    people: Sequence[dict],
    scores: Sequence[float],
    root: str,
    metainfo: dict,
    categories: list[dict] | None = None,
    info: dict | None = None,
) -> Path:
    """Copy pictures, and write their people with predicted joints to begin with.

    The folder has the small layout of docs/own_data.md, so ``--data-root`` takes it.
    All joints have v = 2, and lie within the picture; a person's ``score`` and its
    ``keypoint_scores``, the peaks of the heatmaps, are kept.

    Args:
        folder (Path): Where to write.
        people (Sequence[dict]): With ``pred_instances``, as PseudoLabelMetric reads
            them.
        scores (Sequence[float]): The score of each.
        root (str): Folder that file names are relative to.
        metainfo (dict): Of the joints, parsed.
        categories (list[dict], optional): COCO's; see PseudoLabelMetric.
        info (dict, optional): How the people were chosen.

    Returns:
        Path: The annotation file.

    Raises:
        UserError: If the file cannot be written.
    """
    path = folder / ANN_FILE
    metric = PseudoLabelMetric(
        str(path), root, score_thr=-np.inf, categories=categories, info=info
    )
    metric.dataset_meta = metainfo
    metric.process(None, [_within_picture(person) for person in people])
    coco = metric.to_coco(metric.results)
    for annotation, score in zip(coco['annotations'], scores, strict=True):
        annotation['score'] = round(float(score), 4)
    for image in coco['images']:
        target = folder / 'images' / image['file_name']
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(osp.join(root, image['file_name']), target)
    dump(coco, path, file_format='json', backend_args=dict(backend='whole'))
    return path


def _within_picture(person: dict) -> dict:
    """Move joints that lie outside to the border: labeling tools refuse them."""
    height, width = person['ori_shape']
    found = deepcopy(person['pred_instances'])
    found['keypoints'][..., :2] = np.clip(
        found['keypoints'][..., :2], 0, (width - 1, height - 1)
    )
    return dict(person, pred_instances=found)
