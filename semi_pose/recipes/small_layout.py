"""COCO recipes on a folder with one annotation file and no split."""

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

from mmengine.config import Config

from semi_pose.datasets.annotation_check import Use, counted, find_use
from semi_pose.datasets.annotation_files import load_coco
from semi_pose.errors import UserError
from semi_pose.recipes.data_root import TEST, TRAIN, data_nodes

COCO_TRAIN = 'person_keypoints_train2017.json'
COCO_VAL = 'person_keypoints_val2017.json'
SMALL = 'person_keypoints.json'


def use_small_layout(cfg: Config, root: str, write: bool = True) -> str | None:
    """Fit a COCO recipe to ``root/images`` and ``root/annotations/{SMALL}``.

    The last fifth of the labeled images validates. All others train: their people with
    keypoints are labeled, and all their people are unlabeled too. The split is by
    image, always the same, and is written to ``work_dir/splits/HASH``, by the
    hash of the file.

    Args:
        cfg (Config): The config, with ``work_dir``; changed in place.
        root (str): The data root.
        write (bool): Whether to write the parts; else they are where an earlier call
            has put them.

    Returns:
        str, optional: What was done; None if the folder is laid out otherwise, or the
        recipe reads no file of COCO.

    Raises:
        UserError: If the annotation file is faulty, or has fewer than 2 labeled images.
    """
    source = Path(root, 'annotations', SMALL)
    if not source.is_file() or source.with_name(COCO_TRAIN).exists():
        return None
    nodes = [
        node
        for node in data_nodes(cfg, TRAIN + TEST)
        if Path(node.get('ann_file') or '').name in (COCO_TRAIN, COCO_VAL)
    ]
    if not nodes:  # a run's own config, whose sets are split already
        return None
    # Other labels get a folder of their own: an earlier run still needs its own.
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:8]
    folder = Path(cfg.work_dir, 'splits', digest).absolute()
    files = {
        COCO_TRAIN: folder / 'person_keypoints_train.json',
        COCO_VAL: folder / 'person_keypoints_val.json',
    }
    coco = _load(str(source), root, nodes) if write else None
    for node in nodes:
        _fit(node, str(files[Path(node['ann_file']).name]))
    if coco is None:
        return f'{source} was split before, in {folder}'
    train, val = split(coco, str(source))
    _write(train, files[COCO_TRAIN])
    _write(val, files[COCO_VAL])
    labeled = sum(map(_is_labeled, train['annotations']))
    return (
        f'{source} has no split: {counted(len(train["images"]), "image")} train '
        f'({labeled} of {counted(len(train["annotations"]), "person")} labeled), the '
        f'last {counted(len(val["images"]), "labeled image")} validate. Written to '
        f'{folder}'
    )


def _load(source: str, root: str, nodes: list[Config]) -> dict:
    """Check the user's file for the ways in which its parts will be used."""
    uses = [use for node in nodes if (use := find_use(node))]
    named = next((use for use in uses if use.names), Use())
    places = dict(folder=str(Path(root, 'images')), root=root)
    return load_coco(source, replace(named, boxes=True, joints=True, **places))


def split(coco: dict, name: str) -> tuple[dict, dict]:
    """Split a COCO data set by image.

    Args:
        coco (dict): The data set.
        name (str): Its file, for the message.

    Returns:
        tuple[dict, dict]: The last fifth of the labeled images, at least 1, comes
        second; all others first, in the order of the file.

    Raises:
        UserError: If there are fewer than 2 labeled images.
    """
    labeled = {one['image_id'] for one in coco['annotations'] if _is_labeled(one)}
    images = [image['id'] for image in coco['images'] if image['id'] in labeled]
    if len(images) < 2:
        raise UserError(
            f'{name} has {counted(len(images), "image")} with labeled people: training '
            'and validation need one each at least. Label more, or name another folder '
            'with --data-root.'
        )
    val = set(images[-max(1, len(images) // 5) :])
    ids = {image['id'] for image in coco['images']}
    return _part(coco, ids - val), _part(coco, val)


def _part(coco: dict, ids: set[int]) -> dict:
    images = [image for image in coco['images'] if image['id'] in ids]
    annotations = [one for one in coco['annotations'] if one['image_id'] in ids]
    return dict(coco, images=images, annotations=annotations)


def _write(coco: dict, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Every rank writes the same file: only a rename leaves it whole for the others.
    draft = path.with_suffix(f'.{os.getpid()}')
    draft.write_text(json.dumps(coco))
    draft.replace(path)


def _fit(node: dict, ann_file: str) -> None:
    node['ann_file'] = ann_file
    if 'data_root' in node:
        node['data_prefix'] = dict(img='images/')
    if node.get('bbox_file'):
        node['bbox_file'] = None
    if node.get('only_annotated'):
        node['only_annotated'] = False


def _is_labeled(annotation: dict) -> bool:
    return bool(annotation.get('num_keypoints')) and not annotation.get('iscrowd')
