"""Detections in COCO's form."""

from collections.abc import Iterable, Sequence


def to_coco(pictures: Iterable[dict], info: dict) -> dict:
    """Make a COCO data set of detected people.

    Args:
        pictures (Iterable[dict]): With ``boxes`` (x1, y1, x2, y2 in pixels and score),
            and the fields of COCO's images but the id.
        info (dict): How they were detected.

    Returns:
        dict: The data set; ids count from 1, in the order of the pictures.
    """
    images, annotations = [], []
    for number, picture in enumerate(pictures, 1):
        fields = dict(picture)
        boxes = fields.pop('boxes')
        images.append(dict(id=number, **fields))
        annotations += [
            dict(id=len(annotations) + place, image_id=number, **_annotation(box))
            for place, box in enumerate(boxes, 1)
        ]
    return dict(
        info=info,
        images=images,
        annotations=annotations,
        categories=[dict(id=1, name='person', supercategory='person')],
    )


def _annotation(box: Sequence[float]) -> dict:
    x1, y1, x2, y2, score = box
    width, height = round(x2 - x1, 2), round(y2 - y1, 2)
    return dict(
        category_id=1,
        iscrowd=0,
        bbox=[x1, y1, width, height],
        area=round(width * height, 2),
        score=score,
    )
