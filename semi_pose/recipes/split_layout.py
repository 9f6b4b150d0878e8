"""Recipes on a folder that tools/dataset/make_split.py wrote."""

from pathlib import Path

from mmengine.config import Config

from semi_pose.datasets.annotation_check import find_use
from semi_pose.datasets.coco_file import load_json
from semi_pose.recipes.data_root import data_nodes
from semi_pose.recipes.kinds import pseudo_file

MANIFEST = 'manifest.json'
PARTS = ('train', 'unlabeled', 'val')


def part_file(root: str | Path, part: str) -> Path:
    """Return the annotation file of a part, ``train``, ``unlabeled`` or ``val``."""
    return Path(root, 'annotations', f'{part}.json')


def use_split(cfg: Config, root: str) -> str | None:
    """Fit a recipe to the parts of a split.

    The labeled, unlabeled and validation sets are the split's, whatever the recipe's
    are: several unlabeled sets become one, and ``indices`` are dropped. Pseudo labels
    stay.

    Args:
        cfg (Config): The config; changed in place.
        root (str): The folder.

    Returns:
        str, optional: What was done; None if the folder is no split.

    Raises:
        UserError: If the manifest cannot be read.
    """
    if not Path(root, MANIFEST).is_file() or not part_file(root, 'train').is_file():
        return None
    parts = load_json(str(Path(root, MANIFEST)))['parts']
    for section in ('train', 'val', 'test'):
        for node in list(data_nodes(cfg, (section,))):
            _fit(node, section, root, pseudo_file(cfg))
    people = {part: len(parts[part]['annotation_ids']) for part in PARTS}
    return (
        f'{root} is a split: {people["train"]} labeled, {people["unlabeled"]} '
        f'unlabeled people, {people["val"]} for validation'
    )


def _fit(node: dict, section: str, root: str, pseudo: str | None) -> None:
    parts = node.get('datasets') or []
    if parts and all(part.get('type') == 'UnlabeledDataset' for part in parts):
        node['datasets'] = parts[:1]
    is_unlabeled = node.get('type') == 'UnlabeledDataset'
    if not is_unlabeled and not find_use(node):
        return
    if pseudo and node['ann_file'] == pseudo:
        if not node.get('data_root'):
            # File names in labels of the split's people begin in its folder.
            node['data_prefix'] = dict(img=root)
        return
    part = 'unlabeled' if is_unlabeled else 'train' if section == 'train' else 'val'
    node['ann_file'] = str(part_file(root, part).absolute())
    if is_unlabeled or 'pipeline' in node:
        node['data_root'] = root
        node['data_prefix'] = dict(img='images/')
    for key in ('indices', 'bbox_file'):
        if node.get(key):
            node[key] = None
    if node.get('only_annotated'):
        node['only_annotated'] = False
