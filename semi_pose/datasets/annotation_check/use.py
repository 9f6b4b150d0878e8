"""How a data set or metric uses an annotation file."""

import os.path as osp
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mmengine.dataset import BaseDataset
from mmpose.datasets.datasets.base import BaseCocoStyleDataset
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.evaluation import CocoMetric
from mmpose.registry import DATASETS, METRICS


@dataclass(frozen=True)
class Use:
    """What is read of an annotation file, and by whom.

    Args:
        boxes (bool): The boxes of all people.
        joints (bool): The joints, and the boxes of people who have some.
        names (tuple[str, ...]): The joints of the data set, in its order; empty where
            any joints will do.
        dataset (str): Type of the data set, for messages.
        folder (str): Folder that file names of images begin from; empty if unknown.
        root (str): The data root, which they must not leave.
        first (int, optional): So many people are read at most.
        bbox_file (str): A detector's boxes that replace those of the file.
    """

    boxes: bool = False
    joints: bool = False
    names: tuple[str, ...] = ()
    dataset: str = ''
    folder: str = ''
    root: str = ''
    first: int | None = None
    bbox_file: str = ''


def uses_in(node: Any) -> Iterator[tuple[str, Use]]:
    """Find the annotation files that a config reads.

    Args:
        node (Any): A part of a config: data sets and metrics at any depth.

    Yields:
        tuple[str, Use]: Path of a file, and how it is used.
    """
    if isinstance(node, Mapping):
        if use := find_use(node):
            yield osp.join(node.get('data_root') or '', node['ann_file']), use
        node = node.values()
    elif not isinstance(node, (list, tuple)):
        return
    for value in node:
        yield from uses_in(value)


def find_use(node: Mapping) -> Use | None:
    """Say how a part of a config uses its ``ann_file``.

    Args:
        node (Mapping): Config of a data set or metric.

    Returns:
        Use, optional: None if it reads none, or one in another format than COCO's.
    """
    if not node.get('ann_file') or not node.get('type'):
        return None
    kind = node['type']
    metric = METRICS.get(kind) if isinstance(kind, str) else kind
    if isinstance(metric, type) and issubclass(metric, CocoMetric):
        return None if node.get('format_only') else Use(joints=True)
    dataset = DATASETS.get(kind) if isinstance(kind, str) else kind
    if not isinstance(dataset, type) or not issubclass(dataset, BaseDataset):
        return None
    if issubclass(dataset, BaseCocoStyleDataset):
        return _use_of_mmpose(node, dataset)
    if dataset.__name__ == 'UnlabeledDataset':
        annotated = bool(node.get('only_annotated'))
        found = node.get('bbox_file') or ''
        found = found and osp.join(node.get('data_root') or '', found)
        return Use(not found, annotated, bbox_file=found, **_places(node))
    return None


def _use_of_mmpose(node: Mapping, dataset: type) -> Use | None:
    base = BaseCocoStyleDataset
    if dataset._load_annotations is not base._load_annotations:
        return None  # MPII and others, in a format of their own
    if node.get('data_mode') == 'bottomup':
        return None  # which needs the outlines
    found = node.get('bbox_file') or ''
    if found or dataset.parse_data_info is not base.parse_data_info:
        return Use(dataset=dataset.__name__, bbox_file=found, **_places(node))
    metainfo = node.get('metainfo') or dataset.METAINFO
    names = joint_names(parse_pose_metainfo(metainfo)) if metainfo else ()
    return Use(
        joints=True,
        names=names,
        dataset=dataset.__name__,
        first=_first(node),
        **_places(node),
    )


def joint_names(metainfo: Mapping) -> tuple[str, ...]:
    """Return the names of a data set's joints, in order.

    Args:
        metainfo (Mapping): Its meta information, parsed.

    Returns:
        tuple[str, ...]: K names.
    """
    names = metainfo['keypoint_id2name']
    return tuple(names[number] for number in range(len(names)))


def _places(node: Mapping) -> dict[str, str]:
    root, prefix = node.get('data_root') or '', node.get('data_prefix') or {}
    image = prefix.get('img', '') if isinstance(prefix, Mapping) else prefix
    return dict(folder=osp.join(root, image or '') or '.', root=root)


def _first(node: Mapping) -> int | None:
    # Of these the order of the people is not that of the file, or not all are taken.
    if any(node.get(key) for key in ('filter_cfg', 'sample_interval', 'test_mode')):
        return None
    indices = node.get('indices')
    return indices if isinstance(indices, int) and indices >= 0 else None
