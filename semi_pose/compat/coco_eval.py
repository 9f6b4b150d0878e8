"""xtcocotools' COCO and COCOeval on pycocotools, for the keypoint metrics of MMPose.

pycocotools evaluates COCO's 17 body joints. Here the annotations are rewritten, so
that what it evaluates are the joints, scores and areas of another data set.
"""

import io
import json
from collections import defaultdict
from collections.abc import Iterable
from contextlib import redirect_stdout

import numpy as np
from pycocotools import coco, cocoeval

from semi_pose.errors import UserError

_PARTS = ('foot', 'face', 'lefthand', 'righthand')
# iouType -> the fields that hold its keypoints, and the one with its score.
_STYLES = {
    'keypoints': (('keypoints',), 'score'),
    'keypoints_crowd': (('keypoints',), 'score'),
    'keypoints_body': (('keypoints',), 'score'),
    **{f'keypoints_{part}': ((f'{part}_kpts',), f'{part}_score') for part in _PARTS},
    'keypoints_wholebody': (
        ('keypoints', *(f'{part}_kpts' for part in _PARTS)),
        'wholebody_score',
    ),
}
# CrowdPose's easy, medium and hard images, by their crowdIndex.
_CROWDING = (0.2, 0.8)
# The part of a box that a person fills, where the annotation does not say.
_FILLED = 0.53


class COCO(coco.COCO):
    """pycocotools' COCO that takes files without `iscrowd` and empty results.

    Args:
        annotation_file (str, optional): COCO's JSON file.
    """

    def __init__(self, annotation_file: str | None = None) -> None:
        super().__init__(annotation_file)
        self.annotation_file = annotation_file
        for annotation in self.dataset.get('annotations', []):
            annotation.setdefault('iscrowd', False)

    def loadRes(self, resFile: str | list | np.ndarray) -> coco.COCO:  # noqa: N802, N803
        """Load results.

        Args:
            resFile (str | list | ndarray): A JSON file, or what it would hold.

        Returns:
            COCO: The results.
        """
        results = resFile
        if isinstance(results, str):
            with open(results) as file:
                results = json.load(file)
        if len(results):
            return super().loadRes(results)
        empty = coco.COCO()
        empty.dataset = dict(images=self.dataset['images'], annotations=[])
        empty.createIndex()
        return empty


class COCOeval(cocoeval.COCOeval):
    """Keypoint AP of COCO, CrowdPose and COCO-WholeBody.

    Annotations may have the id 0, so `evalImgs` counts ids from 1.

    Args:
        cocoGt (COCO): The ground truth.
        cocoDt (COCO): The results, from `COCO.loadRes`.
        iouType (str): 'keypoints', 'keypoints_crowd' (CrowdPose), or a part of
            COCO-WholeBody: 'keypoints_body', 'keypoints_foot', 'keypoints_face',
            'keypoints_lefthand', 'keypoints_righthand', 'keypoints_wholebody'.
        sigmas (ndarray, optional): (K,), the falloff of OKS; COCO's 17 if None.
        use_area (bool): Take the person's size from `area`, not from `bbox`.

    Raises:
        UserError: If iouType is none of these.
    """

    def __init__(
        self,
        cocoGt: coco.COCO,  # noqa: N803
        cocoDt: coco.COCO,  # noqa: N803
        iouType: str = 'keypoints',  # noqa: N803
        sigmas: np.ndarray | None = None,
        use_area: bool = True,
    ) -> None:
        if iouType not in _STYLES:
            raise UserError(
                f'iouType {iouType!r} cannot be evaluated without xtcocotools, only '
                f'{", ".join(_STYLES)}. For boxes and masks there is pycocotools.'
            )
        super().__init__(cocoGt, cocoDt, 'keypoints')
        self.style = iouType
        self.use_area = use_area
        if sigmas is not None:
            self.params.kpt_oks_sigmas = np.asarray(sigmas)

    def _prepare(self) -> None:
        self._gts = _by_image(map(self._truth, self._select(self.cocoGt)))
        found = map(self._result, self._select(self.cocoDt))
        self._dts = _by_image(ann for ann in found if any(ann['keypoints'][2::3] > 0))
        self.evalImgs = []
        self.eval = {}

    def _select(self, annotations: coco.COCO) -> list[dict]:
        p = self.params
        categories = p.catIds if p.useCats else []
        ids = annotations.getAnnIds(imgIds=p.imgIds, catIds=categories)
        return annotations.loadAnns(ids)

    def _truth(self, annotation: dict) -> dict:
        keypoints = self._keypoints(annotation)
        area = annotation.get('area')
        if area is None or not self.use_area:
            area = annotation['bbox'][2] * annotation['bbox'][3] * _FILLED
        # CrowdPose counts the visible joints alone.
        crowd = self.style == 'keypoints_crowd'
        num = annotation['num_keypoints'] if crowd else sum(keypoints[2::3] > 0)
        return {
            **annotation,
            'id': annotation['id'] + 1,  # pycocotools takes 0 for unmatched
            'keypoints': keypoints,
            'area': area,
            'ignore': annotation['iscrowd'] or num == 0,
        }

    def _result(self, annotation: dict) -> dict:
        _, score = _STYLES[self.style]
        return {
            **annotation,
            'keypoints': self._keypoints(annotation),
            'score': annotation[score if score in annotation else 'score'],
        }

    def _keypoints(self, annotation: dict) -> np.ndarray:
        fields, _ = _STYLES[self.style]
        return np.concatenate([annotation[field] for field in fields])

    def summarize(self) -> None:
        """Print the metrics and keep them in `stats`.

        They are AP, AP50, AP75, AP of medium and large people, and the same for
        AR; for CrowdPose the first three of both, and AP by crowding.

        Raises:
            UserError: If CrowdPose's images have no `crowdIndex`.
        """
        super().summarize()
        if self.style == 'keypoints_crowd':
            kept = self.stats[[0, 1, 2, 5, 6, 7]]
            self.stats = np.array([*kept, *self._ap_by_crowding()])

    def _ap_by_crowding(self) -> list[float]:
        images = self.cocoGt.dataset['images']
        if not all('crowdIndex' in image for image in images):
            raise UserError(
                f'{self.cocoGt.annotation_file}: images have no "crowdIndex", which '
                'CrowdPose\'s metric needs. Use iou_type="keypoints" instead.'
            )
        levels = np.digitize([image['crowdIndex'] for image in images], _CROWDING)
        result = []
        for level, name in enumerate(('easy', 'medium', 'hard')):
            chosen = np.flatnonzero(levels == level)
            result.append(self._ap_of([images[index]['id'] for index in chosen]))
            print(f' Average Precision  (AP) of {name} images: {result[-1]:.3f}')
        return result

    def _ap_of(self, image_ids: list[int]) -> float:
        """Return AP over the images; -1 counts for what cannot be evaluated."""
        sigmas = self.params.kpt_oks_sigmas
        part = COCOeval(self.cocoGt, self.cocoDt, self.style, sigmas, self.use_area)
        part.params.imgIds = image_ids
        with redirect_stdout(io.StringIO()):
            part.evaluate()
            part.accumulate()
        return round(part.eval['precision'][:, :, :, 0].mean(), 4)


def _by_image(annotations: Iterable[dict]) -> dict[tuple[int, int], list[dict]]:
    groups = defaultdict(list)
    for annotation in annotations:
        groups[annotation['image_id'], annotation['category_id']].append(annotation)
    return groups
