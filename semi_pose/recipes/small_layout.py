"""COCO recipes on a folder with one annotation file and no split."""

import json
import os
from pathlib import Path

from mmengine.config import Config

from semi_pose.datasets.coco_file import load_coco
from semi_pose.errors import UserError
from semi_pose.recipes.data_root import TEST, TRAIN, data_nodes

COCO_TRAIN = 'person_keypoints_train2017.json'
COCO_VAL = 'person_keypoints_val2017.json'
SMALL = 'person_keypoints.json'


def use_small_layout(cfg: Config, root: str) -> str | None:
    """Fit a COCO recipe to ``root/images`` and ``root/annotations/{SMALL}``.

    The last fifth of the images validates; the others are labeled, where they
    have keypoints, and unlabeled. The split is by image, always the same, and
    is written below ``work_dir/splits``.

    Args:
        cfg (Config): The config, with ``work_dir``; changed in place.
        root (str): The data root.

    Returns:
        str, optional: What was done; None if the folder is laid out otherwise.

    Raises:
        UserError: If the annotation file is broken, or has fewer than 2 images.
    """
    source = Path(root, 'annotations', SMALL)
    if not source.is_file() or source.with_name(COCO_TRAIN).exists():
        return None
    train, val = split(load_coco(str(source)), str(source))
    folder = Path(cfg.work_dir, 'splits').absolute()
    files = {
        COCO_TRAIN: _write(train, folder / 'person_keypoints_train.json'),
        COCO_VAL: _write(val, folder / 'person_keypoints_val.json'),
    }
    labeled = sum(map(_is_labeled, train['annotations']))
    for node in data_nodes(cfg, TRAIN + TEST):
        name = Path(node.get('ann_file') or '').name
        if name in files:
            _fit(node, files[name])
    return (
        f'{source} has no split: {len(train["images"])} images train ({labeled} people '
        f'with keypoints), the last {len(val["images"])} validate. Written to {folder}'
    )


def split(coco: dict, name: str) -> tuple[dict, dict]:
    """Split a COCO data set by image.

    Args:
        coco (dict): The data set.
        name (str): Its file, for the message.

    Returns:
        tuple[dict, dict]: The first images, and the last fifth of them, at least 1.

    Raises:
        UserError: If there are fewer than 2 images.
    """
    images = coco['images']
    if len(images) < 2:
        raise UserError(
            f'{name} lists {len(images)} images: training and validation need one '
            'each at least. Add images, or name another folder with --data-root.'
        )
    cut = len(images) - max(1, len(images) // 5)
    return _part(coco, images[:cut]), _part(coco, images[cut:])


def _part(coco: dict, images: list[dict]) -> dict:
    ids = {image['id'] for image in images}
    annotations = [one for one in coco['annotations'] if one['image_id'] in ids]
    return dict(coco, images=images, annotations=annotations)


def _write(coco: dict, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Every rank writes the same file: only a rename leaves it whole for the others.
    draft = path.with_suffix(f'.{os.getpid()}')
    draft.write_text(json.dumps(coco))
    draft.replace(path)
    return str(path)


def _fit(node: dict, ann_file: str) -> None:
    node['ann_file'] = ann_file
    if 'data_root' in node:
        node['data_prefix'] = dict(img='images/')
    if node.get('bbox_file'):
        node['bbox_file'] = None


def _is_labeled(annotation: dict) -> bool:
    return bool(annotation.get('num_keypoints')) and not annotation.get('iscrowd')
