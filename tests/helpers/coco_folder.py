"""Small COCO folders with known content."""

import json
from pathlib import Path

import cv2
import numpy as np


def annotation(number: int, image_id: int, bbox=(10, 20, 30, 40), **fields) -> dict:
    keypoints = [15, 30, 2] * 17
    return {
        'id': number,
        'image_id': image_id,
        'category_id': 1,
        'iscrowd': 0,
        'bbox': list(bbox),
        'area': 600.0,
        'keypoints': keypoints,
        'num_keypoints': 17,
        **fields,
    }


def write_coco(folder: Path, annotations: list, num_images: int = 3) -> dict:
    """Write images 1..n, the n-th all of gray value 20 n, and their annotations.

    Returns the arguments ``ann_file``, ``data_root`` and ``data_prefix``.
    """
    (folder / 'images').mkdir(exist_ok=True)
    images = []
    for number in range(1, num_images + 1):
        name = f'{number}.png'
        picture = np.full((80, 100, 3), 20 * number % 256, np.uint8)
        cv2.imwrite(str(folder / 'images' / name), picture)
        images.append(dict(id=number, file_name=name, width=100, height=80))
    content = dict(
        images=images,
        annotations=annotations,
        categories=[dict(id=1, name='person')],
    )
    (folder / 'boxes.json').write_text(json.dumps(content))
    return dict(
        ann_file='boxes.json', data_root=str(folder), data_prefix=dict(img='images')
    )


def crop_pipeline(*last: dict) -> list:
    """Return the transforms from a file to a 12x16 crop, then ``last``."""
    return [
        dict(type='LoadImageOrSkip'),
        dict(type='GetBBoxCenterScale'),
        dict(type='RandomFlip'),
        dict(type='RandomSimilarity'),
        dict(type='TopdownAffine', input_size=(12, 16)),
        *last,
    ]
