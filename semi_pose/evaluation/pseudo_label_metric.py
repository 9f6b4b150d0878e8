"""Predictions of a test as pseudo labels in COCO's form."""

import os.path as osp
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.fileio import dump
from mmpose.registry import METRICS

from semi_pose.datasets.annotation_check import person_categories
from semi_pose.errors import UserError

PIXEL_DECIMALS, SCORE_DECIMALS = 2, 4


@METRICS.register_module()
class PseudoLabelMetric(BaseMetric):
    """Write what a top-down model predicts as a COCO keypoint file.

    The file is written in the end, whole or not at all. It has each person once, in
    the order of the samples' ``id``, whichever process has seen it; ids count from 1.
    A picture is known by its file name, so that people of several sets share it.
    People without a labeled joint are in it; stock data sets leave them out.

    Args:
        out_file (str): The JSON file.
        root (str): Folder that file names are relative to.
        score_thr (float): Joints of this score or more are labeled (v = 2), the
            others are not (v = 0).
        categories (list[dict], optional): COCO's, of which one is people's. By
            default one that names the joints.
        info (dict, optional): How the labels were made.
        **kwargs: Arguments of BaseMetric.

    Raises:
        UserError: If the file cannot be written.
    """

    default_prefix = 'pseudo'

    def __init__(
        self,
        out_file: str,
        root: str = '.',
        score_thr: float = 0.2,
        categories: list[dict] | None = None,
        info: dict | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.out_file = Path(out_file)
        self.root = root
        self.score_thr = score_thr
        self.categories = categories
        self.info = info or {}
        _check_writable(self.out_file)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Note the people of a batch.

        Args:
            data_batch (Any): Not used.
            data_samples (Sequence[dict]): With ``pred_instances`` of one person each,
                ``id``, ``img_path`` and ``ori_shape``.

        Raises:
            UserError: If the model predicts other joints than the data set has.
        """
        for sample in data_samples:
            found = sample['pred_instances']
            x1, y1, x2, y2 = found['bboxes'][0].astype(float)
            height, width = sample['ori_shape']
            self._check_joints(found['keypoints'].shape[1])
            self.results.append(
                dict(
                    person=sample['id'],
                    file_name=osp.relpath(sample['img_path'], self.root),
                    size=dict(width=width, height=height),
                    bbox=_rounded((x1, y1, x2 - x1, y2 - y1), PIXEL_DECIMALS),
                    points=_rounded(found['keypoints'][0, :, :2], PIXEL_DECIMALS),
                    scores=_rounded(found['keypoint_scores'][0], SCORE_DECIMALS),
                )
            )

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Write the file.

        Args:
            results (list[dict]): What :meth:`process` noted, of all processes.

        Returns:
            dict[str, float]: ``people`` in the file, ``joints``, the share of their
            joints that is labeled, and ``empty``, how many have none.
        """
        people = {one['person']: one for one in results}
        coco = self.to_coco([people[number] for number in sorted(people)])
        whole = dict(backend='whole')
        dump(coco, self.out_file, file_format='json', backend_args=whole)
        labeled = np.array([one['num_keypoints'] for one in coco['annotations']])
        share = labeled.mean() / self.dataset_meta['num_keypoints']
        empty = int((labeled == 0).sum())
        return dict(people=len(labeled), joints=float(share), empty=empty)

    def to_coco(self, people: Sequence[dict]) -> dict:
        """Make a COCO data set of labeled people.

        Args:
            people (Sequence[dict]): As :meth:`process` notes them.

        Returns:
            dict: The data set.
        """
        categories = self.categories or [person_category(self.dataset_meta)]
        category = person_categories(dict(categories=categories))[0]
        images, annotations = {}, []
        for number, person in enumerate(people, 1):
            name = person['file_name']
            image = dict(id=len(images) + 1, file_name=name, **person['size'])
            image = images.setdefault(name, image)
            ids = dict(id=number, image_id=image['id'], category_id=category)
            annotations.append({**ids, **self._annotation(person)})
        return dict(
            info=self.info,
            licenses=[],
            images=list(images.values()),
            annotations=annotations,
            categories=categories,
        )

    def _annotation(self, person: dict) -> dict:
        labeled = [score >= self.score_thr for score in person['scores']]
        pairs = zip(person['points'], labeled, strict=True)
        keypoints = [[*point, 2] if good else [0, 0, 0] for point, good in pairs]
        _, _, width, height = person['bbox']
        return dict(
            iscrowd=0,
            bbox=person['bbox'],
            area=round(width * height, 2),
            num_keypoints=sum(labeled),
            keypoints=sum(keypoints, []),
            keypoint_scores=person['scores'],
        )

    def _check_joints(self, predicted: int) -> None:
        joints = self.dataset_meta['num_keypoints']
        if predicted != joints:
            raise UserError(
                f'The model predicts {predicted} joints, but the data sets have '
                f'{joints}: use a config whose head and test set have the same joints.'
            )


def person_category(metainfo: dict) -> dict:
    """Describe joints in COCO's form.

    Args:
        metainfo (dict): Of the joints, parsed.

    Returns:
        dict: Category 1, whose skeleton counts joints from 1.
    """
    names, links = metainfo['keypoint_id2name'], metainfo['skeleton_links']
    return dict(
        id=1,
        name='person',
        supercategory='person',
        keypoints=[names[joint] for joint in range(len(names))],
        skeleton=[[start + 1, end + 1] for start, end in links],
    )


def _rounded(values: Any, decimals: int) -> list:
    return np.asarray(values, float).round(decimals).tolist()


def _check_writable(path: Path) -> None:
    """Find out before the work and not after it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise UserError(
            f'{path} cannot be written ({error.strerror}): name another place by --out.'
        ) from error
