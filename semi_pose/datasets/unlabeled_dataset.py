"""Person boxes without keypoints."""

import os.path as osp
from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.registry import DATASETS

from semi_pose.datasets.annotation_check import (
    Use,
    clip_boxes,
    has_extent,
    person_categories,
)
from semi_pose.datasets.annotation_files import load_boxes, load_coco
from semi_pose.datasets.picture_folder import read_crops
from semi_pose.errors import UserError


@DATASETS.register_module()
class UnlabeledDataset(BaseDataset):
    """Person boxes of a COCO file, of a detector or of crops, never a keypoint.

    A sample is one person: ``img_id``, ``img_path``, ``id``, ``category_id``,
    ``bbox`` of shape (1, 4), float32, as x1, y1, x2, y2 in pixels, ``bbox_score`` of
    shape (1,) and ``img_shape`` (height, width): the keys that MMPose's top-down
    transforms read.
    Images come in the file's order, and the boxes of an image too, as in MMPose's
    CocoDataset. Crowds and boxes without extent inside the picture are left out.

    Args:
        ann_file (str): COCO JSON file. With ``bbox_file``, only its images count, and
            it needs nothing else. Without it, each picture of the folder of the images
            is the crop of one person, whose box is the whole picture.
        bbox_file (str, optional): A detector's COCO result list, below
            ``data_root`` unless absolute. Its boxes replace those of ``ann_file``.
        bbox_score_thr (float): Boxes of a lower ``score`` are left out.
        category_id (int, optional): The category that is a person; by default those
            that have joints in ``ann_file``, as in labeled sets, else the one named
            ``person``, the only one, or 1.
        only_annotated (bool): Keep only boxes whose annotation has keypoints (which
            are not read): the 150,000 instances of COCO train in the paper.
        data_root (str): Root of ``data_prefix``, ``ann_file`` and ``bbox_file``.
        data_prefix (dict, optional): Folder of the images, under ``img``.
        **kwargs: BaseDataset's: ``metainfo`` (MMPose's, of the joints), ``indices``,
            ``serialize_data``, ``pipeline``, ``lazy_init``, ``max_refetch``.

    Raises:
        UserError: If a file is missing or broken, or holds no box to use.
    """

    def __init__(
        self,
        ann_file: str = '',
        bbox_file: str | None = None,
        bbox_score_thr: float = 0.0,
        category_id: int | None = None,
        only_annotated: bool = False,
        data_root: str = '',
        data_prefix: dict | None = None,
        **kwargs: Any,
    ) -> None:
        if bbox_file and only_annotated:
            raise UserError(
                f'only_annotated=True has no meaning for the detections of {bbox_file}'
                ': leave out one of bbox_file and only_annotated.'
            )
        if not ann_file and (bbox_file or only_annotated):
            raise UserError(
                'UnlabeledDataset without ann_file takes each picture as a person: add '
                'ann_file, or leave out bbox_file and only_annotated.'
            )
        self.bbox_file = bbox_file and osp.join(data_root or '', bbox_file)
        self.bbox_score_thr = bbox_score_thr
        self.category_id = category_id
        self.only_annotated = only_annotated
        super().__init__(
            ann_file=ann_file,
            data_root=data_root,
            data_prefix=data_prefix or dict(img=''),
            **kwargs,
        )

    @classmethod
    def _load_metainfo(cls, metainfo: dict | None = None) -> dict:
        return parse_pose_metainfo(metainfo) if metainfo else {}

    def load_data_list(self) -> list[dict]:
        """Read the boxes.

        Returns:
            List[dict]: A record per person.

        Raises:
            UserError: If there is none, or a file cannot be read.
        """
        coco = self._read()
        boxes = self._read_boxes(coco)
        records = self._records(coco['images'], boxes) if boxes else []
        if not records:
            raise UserError(
                f'The unlabeled set is empty: {self._source()} holds '
                f'no box of {self._wanted(coco)} to use. Name another file, or loosen '
                "UnlabeledDataset's bbox_score_thr, only_annotated or category_id "
                '(train_dataloader.dataset.unlabeled.category_id in most recipes).'
            )
        return records

    def _read(self) -> dict:
        if self.ann_file:
            return load_coco(self.ann_file, self._use())
        return read_crops(self.data_prefix['img'])

    def _source(self) -> str:
        return self.bbox_file or self.ann_file or self.data_prefix['img']

    def _use(self) -> Use:
        places = dict(folder=self.data_prefix['img'], root=self.data_root)
        return Use(not self.bbox_file, self.only_annotated, **places)

    def _categories(self, coco: dict) -> list[int]:
        fixed = self.category_id
        return person_categories(coco) if fixed is None else [fixed]

    def _wanted(self, coco: dict) -> str:
        return f'category {", ".join(map(str, self._categories(coco)))}'

    def _read_boxes(self, coco: dict) -> list[dict]:
        """Return the annotations or detections that are wanted."""
        wanted = set(self._categories(coco))
        if not self.bbox_file:
            return [
                one
                for one in coco['annotations']
                if one['category_id'] in wanted
                and not one.get('iscrowd')
                and (one.get('num_keypoints') or not self.only_annotated)
                and one.get('score', 1) >= self.bbox_score_thr
            ]
        detections = load_boxes(self.bbox_file, self.ann_file, self._use())
        return [
            dict(one, id=number)
            for number, one in enumerate(detections)
            if one['score'] >= self.bbox_score_thr
            and one.get('category_id', self.category_id) in {*wanted, None}
        ]

    def _records(self, images: list[dict], boxes: list[dict]) -> list[dict]:
        places = {image['id']: place for place, image in enumerate(images)}
        place = np.array([places.get(one['image_id'], -1) for one in boxes])
        sizes = np.array([(one['width'], one['height']) for one in images], float)
        rows = np.array([one['bbox'][:4] for one in boxes], float)
        corners = clip_boxes(rows, sizes[place])
        kept = (place >= 0) & has_extent(corners)
        order = np.argsort(place, kind='stable')
        folder = self.data_prefix['img']
        corners = corners.tolist()
        return [
            _record(boxes[i], images[place[i]], corners[i], folder)
            for i in order[kept[order]].tolist()
        ]

    def get_data_info(self, idx: int) -> dict:
        """Return the record of a person.

        Args:
            idx (int): Its number.

        Returns:
            dict: As the class describes it.
        """
        record = super().get_data_info(idx)
        # Arrays would take many times as long to store.
        record['bbox'] = np.array([record['bbox']], np.float32)
        record['bbox_score'] = np.array([record['bbox_score']], np.float32)
        record['category_id'] = np.array(record['category_id'])
        return record


def _record(box: dict, image: dict, corners: list[float], folder: str) -> dict:
    return dict(
        img_id=image['id'],
        img_path=osp.join(folder, image['file_name']),
        img_shape=(image['height'], image['width']),
        id=box['id'],
        category_id=box.get('category_id', 1),
        bbox=corners,
        bbox_score=box.get('score', 1.0),
    )
