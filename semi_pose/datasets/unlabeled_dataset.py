"""Person boxes without keypoints."""

import os.path as osp
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from mmengine.dataset import BaseDataset
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.registry import DATASETS

from semi_pose.datasets.coco_file import load_coco, load_json
from semi_pose.errors import UserError


@DATASETS.register_module()
class UnlabeledDataset(BaseDataset):
    """Person boxes of a COCO file or of a detector, never a keypoint.

    A sample is one person: ``img_id``, ``img_path``, ``id``, ``category_id``,
    ``bbox`` of shape (1, 4), float32, as x1, y1, x2, y2 in pixels and
    ``bbox_score`` of shape (1,): the keys that MMPose's top-down transforms read.
    Images come in the file's order, and the boxes of an image too, as in MMPose's
    CocoDataset. Crowds and boxes without extent inside the picture are left out.

    Args:
        ann_file (str): COCO JSON file. With ``bbox_file``, only its images count.
        bbox_file (str, optional): A detector's COCO result list, below
            ``data_root`` unless absolute. Its boxes replace those of ``ann_file``.
        bbox_score_thr (float): Detections of a lower score are left out.
        category_id (int): The category that is a person.
        only_annotated (bool): Keep only boxes whose annotation has keypoints (which
            are not read): the 150,000 instances of COCO train in the paper.
        metainfo (dict, optional): MMPose's meta information of the joints.
        data_root (str): Root of ``data_prefix``, ``ann_file`` and ``bbox_file``.
        data_prefix (dict, optional): Folder of the images, under ``img``.
        indices (int or Sequence[int], optional): Use the first so many boxes, or
            those of the given numbers.
        serialize_data (bool): Share the records between worker processes.
        pipeline (Sequence[dict or Callable]): The transforms.
        lazy_init (bool): Read the file at the first use only.
        max_refetch (int): Redraws for a sample whose pipeline returns None.

    Raises:
        UserError: If a file is missing or broken, or holds no box to use.
    """

    def __init__(
        self,
        ann_file: str,
        bbox_file: str | None = None,
        bbox_score_thr: float = 0.0,
        category_id: int = 1,
        only_annotated: bool = False,
        metainfo: dict | None = None,
        data_root: str = '',
        data_prefix: dict | None = None,
        indices: int | Sequence[int] | None = None,
        serialize_data: bool = True,
        pipeline: Sequence[dict | Callable] = (),
        lazy_init: bool = False,
        max_refetch: int = 1000,
    ) -> None:
        if bbox_file and only_annotated:
            raise UserError(
                f'only_annotated=True has no meaning for the detections of {bbox_file}'
                ': leave out one of bbox_file and only_annotated.'
            )
        self.bbox_file = bbox_file and osp.join(data_root or '', bbox_file)
        self.bbox_score_thr = bbox_score_thr
        self.category_id = category_id
        self.only_annotated = only_annotated
        super().__init__(
            ann_file=ann_file,
            metainfo=metainfo,
            data_root=data_root,
            data_prefix=data_prefix or dict(img=''),
            indices=indices,
            serialize_data=serialize_data,
            pipeline=pipeline,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
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
        coco = load_coco(self.ann_file)
        try:
            records = self._parse_all(coco)
        except KeyError as error:
            raise UserError(
                f'An entry of {self.bbox_file or self.ann_file} or an image of '
                f'{self.ann_file} lacks {error}: write the file again in COCO format.'
            ) from error
        if not records:
            raise UserError(
                f'The unlabeled set is empty: {self.bbox_file or self.ann_file} holds '
                f'no box of category {self.category_id} to use. Name another file, or '
                'loosen bbox_score_thr, only_annotated or category_id.'
            )
        return records

    def _parse_all(self, coco: dict) -> list[dict]:
        boxes = defaultdict(list)
        for box in self._read_boxes(coco):
            boxes[box['image_id']].append(box)
        return [
            record
            for image in coco['images']
            for box in boxes[image['id']]
            if (record := self._parse(box, image))
        ]

    def _read_boxes(self, coco: dict) -> Iterator[dict]:
        if self.bbox_file:
            detections = load_json(self.bbox_file)
            if not isinstance(detections, list):
                raise UserError(
                    f'{self.bbox_file} is not a list of COCO detection results '
                    '(image_id, category_id, bbox, score): write it again with your '
                    'detector.'
                )
            for number, detection in enumerate(detections):
                if detection['score'] >= self.bbox_score_thr:
                    yield dict(detection, id=number)
        else:
            for annotation in coco['annotations']:
                if annotation.get('num_keypoints', 0) or not self.only_annotated:
                    yield annotation

    def _parse(self, box: dict, image: dict) -> dict | None:
        if box.get('iscrowd', 0) or box.get('category_id', 1) != self.category_id:
            return None
        x1, y1, x2, y2 = _clip(box['bbox'], image['width'], image['height'])
        if x2 <= x1 or y2 <= y1:
            return None
        return dict(
            img_id=image['id'],
            img_path=osp.join(self.data_prefix['img'], image['file_name']),
            id=box['id'],
            category_id=np.array(self.category_id),
            bbox=np.array([[x1, y1, x2, y2]], dtype=np.float32),
            bbox_score=np.array([box.get('score', 1.0)], dtype=np.float32),
        )


def _clip(bbox: Sequence[float], width: int, height: int) -> tuple[float, ...]:
    """Clip x, y, w, h to the picture as MMPose does; returns the corners."""
    x, y, w, h = bbox
    return (
        min(max(x, 0), width - 1),
        min(max(y, 0), height - 1),
        min(max(x + w, 0), width - 1),
        min(max(y + h, 0), height - 1),
    )
