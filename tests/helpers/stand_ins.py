"""Small data roots in the layouts that the recipes expect, whose people are fake."""

import json
from pathlib import Path

import cv2
import numpy as np
from mmengine.config import Config
from scipy.io import savemat

IMAGE, WIDTH, HEIGHT = '000000001.jpg', 110, 170
AIC_IMAGES = 'aic/ai_challenger_keypoint_train_20170902/keypoint_train_images_20170902'


def write_coco(folder: Path, coco: Path) -> None:
    """Add COCO's unlabeled2017 and a detector's boxes to a folder in COCO's layout.

    Args:
        folder (Path): The data root to write.
        coco (Path): A folder with train2017, val2017 and their annotations.
    """
    for path in (*coco.glob('*2017'), *coco.glob('annotations/*')):
        link = folder / path.relative_to(coco)
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(path)
    write_picture(folder / 'unlabeled2017')
    boxes = folder / 'person_detection_results'
    boxes.mkdir()
    info = folder / 'annotations/image_info_unlabeled2017.json'
    # The real file has neither annotations nor categories.
    info.write_text(json.dumps(dict(images=people(1)['images'])))
    (boxes / 'COCO_unlabeled2017_detections_person_faster_rcnn.json').write_text(
        json.dumps([detection(1), detection(1)])
    )
    val = json.loads((coco / 'annotations/person_keypoints_val2017.json').read_bytes())
    (boxes / 'COCO_val2017_detections_AP_H_56_person.json').write_text(
        json.dumps([detection(image['id']) for image in val['images']])
    )


def write_mpii_and_aic(folder: Path, count: int = 3) -> None:
    """Write MPII as MMPose reads it, and boxes of AI Challenger's people.

    Args:
        folder (Path): The data root to write.
        count (int): People of each part.
    """
    write_picture(folder / 'mpii/images')
    write_picture(folder / AIC_IMAGES)
    person = dict(
        image=IMAGE,
        center=[55.0, 85.0],
        scale=0.8,
        joints=[[30.0 + 3 * joint, 85.0] for joint in range(16)],
        joints_vis=[1] * 16,
    )
    for part in ('train', 'val'):
        path = folder / f'mpii/annotations/mpii_{part}.json'
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps([person] * count))
    heads = np.tile([[40.0, 60.0], [5.0, 25.0]], (count, 1, 1)).transpose(2, 1, 0)
    savemat(path.with_name('mpii_gt_val.mat'), dict(headboxes_src=heads))
    path = folder / 'aic/annotations/aic_train.json'
    path.parent.mkdir()
    path.write_text(json.dumps(people(count, keypoints=14)))


def write_lsp(folder: Path) -> None:
    """Write LSP's and LSPET's layout and counts, with one picture for all.

    Args:
        folder (Path): The data root to write.
    """
    for name, file, count, keypoints in (
        ('lsp', 'lsp_train.json', 1000, 14),
        ('lspet', 'lspet_pool_boxes.json', 20, 0),
        ('lspet', 'lspet_labeled.json', 500, 14),
        ('lspet', 'lspet_val.json', 5, 14),
    ):
        images = folder / name / 'images'
        if not images.exists():
            write_picture(images)
        path = folder / name / 'annotations' / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(people(count, keypoints)))


def write_pseudo_labels(cfg: Config) -> None:
    """Write the file that a recipe with ``pseudo_labels`` trains on, if it lacks.

    Args:
        cfg (Config): The recipe, its data root that of a stand-in.
    """
    labeled, pseudo = cfg.train_dataloader.dataset.datasets
    root = Path(pseudo.data_root)
    folder = root / labeled.dataset.data_prefix.img
    content = people(2, keypoints=14 if 'lsp' in folder.parts else 17)
    for image in content['images']:
        image['file_name'] = str(next(folder.iterdir()).relative_to(root))
    # As the tool does it: ConcatDataset needs them alike.
    real = json.loads((root / labeled.dataset.ann_file).read_text())
    content['categories'] = real['categories']
    path = root / pseudo.ann_file
    if not path.exists():
        path.write_text(json.dumps(content))


def people(count: int, keypoints: int = 0) -> dict:
    """Return a COCO data set of so many people, each in an image of its own."""
    numbers = range(1, count + 1)
    labels = dict(keypoints=[50, 80, 2] * keypoints, num_keypoints=keypoints)
    return dict(
        images=[
            dict(id=number, file_name=IMAGE, width=WIDTH, height=HEIGHT)
            for number in numbers
        ],
        annotations=[
            dict(
                id=number,
                image_id=number,
                category_id=1,
                iscrowd=0,
                area=5000,
                bbox=[5, 5, 100, 160],
                **(labels if keypoints else {}),
            )
            for number in numbers
        ],
        categories=[dict(id=1, name='person')],
    )


def detection(image_id: int) -> dict:
    """Return a detector's box in COCO's format of results."""
    return dict(image_id=image_id, category_id=1, bbox=[5, 5, 100, 160], score=0.9)


def write_picture(folder: Path) -> None:
    """Write the one picture, of noise."""
    folder.mkdir(parents=True)
    generator = np.random.default_rng(0)
    picture = generator.integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    cv2.imwrite(str(folder / IMAGE), picture)
