"""The data folder of a recipe, and a check of its files."""

import os
import os.path as osp
from collections.abc import Iterator
from pathlib import Path

from mmengine.config import Config, ConfigDict

from semi_pose.datasets.coco_file import load_json
from semi_pose.errors import UserError
from semi_pose.recipes.kinds import dicts, pseudo_file

TRAIN = ('train', 'val')
TEST = ('test',)

BOX_FILES = ('bbox_file', 'headbox_file')


def set_data_root(cfg: Config, root: str) -> None:
    """Replace the data root of all data sets and of the evaluators' files.

    Args:
        cfg (Config): The config, changed in place.
        root (str): The new folder.

    Raises:
        UserError: If the config names no data root or several.
    """
    nodes = list(data_nodes(cfg, TRAIN + TEST))
    roots = {osp.normpath(node['data_root']) for node in nodes if node.get('data_root')}
    if len(roots) != 1:
        raise UserError(
            f'--data-root replaces one data_root, and {cfg.filename} names '
            f'{", ".join(sorted(roots)) or "none"}: set the paths with --cfg-options.'
        )
    (old,) = roots
    for node in nodes:
        if node.get('data_root'):
            node['data_root'] = root
        for key in ('ann_file', *BOX_FILES):
            path = Path(node.get(key) or '')
            if path.is_relative_to(old):
                node[key] = osp.join(root, path.relative_to(old))


def check_files(cfg: Config, sections: tuple[str, ...]) -> None:
    """Check that annotation files and folders of images exist; fast.

    Args:
        cfg (Config): The config.
        sections (tuple[str]): Those to check: 'train', 'val', 'test'.

    Raises:
        UserError: If one does not; the message says where to download data.
    """
    labels = pseudo_file(cfg)
    for node in data_nodes(cfg, sections):
        if labels and node.get('ann_file') == labels:
            _check_labels(annotation_path(node), cfg)
        for path in _paths(node):
            _check_plain(path)
            if '://' not in path and not osp.exists(path):
                load_json(path)


def _check_plain(path: str) -> None:
    if path.endswith(('.pkl', '.pickle')):
        raise UserError(
            f'{path} is a pickle, which can run code when it is read: write it again '
            'as JSON, and name that file.'
        )


def _check_labels(path: str, cfg: Config) -> None:
    if not osp.exists(path):
        raise UserError(
            f'The pseudo labels {path} do not exist yet: the command at the top of '
            f'{cfg.filename} makes them.'
        )


def data_parts(cfg: Config, sections: tuple[str, ...]) -> list:
    """Pick the parts of a config that describe data or metrics.

    Args:
        cfg (Config): The config.
        sections (tuple[str]): 'train', 'val', 'test'.

    Returns:
        list: The sections' data loaders and evaluators, and the hooks of training,
        which may have their own data.
    """
    kinds = 'dataloader', 'evaluator'
    parts = [cfg.get(f'{section}_{kind}') for section in sections for kind in kinds]
    return [*parts, cfg.get('custom_hooks')] if 'train' in sections else parts


def data_nodes(cfg: Config, sections: tuple[str, ...]) -> Iterator[ConfigDict]:
    """Yield every dict in :func:`data_parts`, also inside wrappers."""
    yield from dicts(data_parts(cfg, sections))


def annotation_path(node: ConfigDict) -> str | None:
    """Return the annotation file of a data set or metric, None if there is none."""
    if not node.get('ann_file'):
        return None
    return osp.join(node.get('data_root') or '', node['ann_file'])


def _paths(node: ConfigDict) -> Iterator[str]:
    if path := annotation_path(node):
        yield path
    # MMPose's data sets take these as they are; UnlabeledDataset joins its root.
    if node.get('type') != 'UnlabeledDataset':
        yield from (node[key] for key in BOX_FILES if node.get(key))
    if isinstance(node.get('data_prefix'), dict):
        root = node.get('data_root') or ''
        for prefix in node['data_prefix'].values():
            yield osp.join(root, prefix) or os.curdir
