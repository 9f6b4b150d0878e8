"""The sets of a recipe, as training would read them."""

from collections.abc import Mapping
from contextlib import redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import numpy as np
from mmengine.config import Config
from mmpose.registry import DATASETS

from semi_pose.data_check.pictures import Pictures
from semi_pose.datasets.annotation_check import Use, counted, uses_in
from semi_pose.datasets.annotation_files import SharedFiles, shared_files
from semi_pose.datasets.base_sets import base_datasets, records_of
from semi_pose.datasets.transforms import different_size, shape_in_file
from semi_pose.engine.checks import check_pictures
from semi_pose.errors import UserError
from semi_pose.recipes.kinds import dicts, is_semi

TRAINING = ('labeled', 'unlabeled')
# Faults and notes of an annotation file and a file of boxes.
Checked = dict[tuple[str, str], tuple[list[str], list[str]]]


@dataclass
class DataSet:
    """A set of people.

    Attributes:
        name (str): ``labeled``, ``unlabeled``, ``validation`` or ``test``.
        files (list[str]): Its annotation files and folders of crops.
        records (list[dict]): MMPose's record of each person.
        metainfo (dict): Of its joints; empty if there are none, or unlike ones.
        faults (list[str]): What training or validation refuses.
        notes (list[str]): What is left out or read in another way than written.
        skips (bool): Whether its pipeline skips pictures that cannot be read.
    """

    name: str
    files: list[str] = field(default_factory=list)
    records: list[dict] = field(default_factory=list)
    metainfo: dict = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skips: bool = False

    @property
    def paths(self) -> list[str]:
        """list[str]: Its pictures, each once."""
        return list(dict.fromkeys(record['img_path'] for record in self.records))

    def visibility(self) -> np.ndarray:
        """Return COCO's v of all joints.

        Returns:
            ndarray: (N, K): 0 (not labeled), 1 (hidden) or 2 (visible); no columns if
            the set has no joints.
        """
        rows = [visibility(record) for record in self.records]
        return np.stack(rows) if rows else np.empty((0, 0))


def visibility(record: dict) -> np.ndarray:
    """Return COCO's v of a person's joints, (K,), empty without joints."""
    if 'keypoints_visible' not in record:
        return np.empty(0)
    labeled = np.asarray(record['keypoints_visible'])[0].reshape(-1)
    raw = record.get('raw_ann_info')
    if isinstance(raw, dict) and len(raw.get('keypoints', ())) == 3 * len(labeled):
        return np.array(raw['keypoints'][2::3])  # MMPose's own does not tell 1 from 2
    return 2 * (labeled > 0)


def read_sets(cfg: Config) -> list[DataSet]:
    """Check the files of a recipe, and read its sets.

    Args:
        cfg (Config): The recipe.

    Returns:
        list[DataSet]: Labeled, unlabeled, validation and test, as far as there are
        such; a test set that is the validation set is left out. Sets with faults have
        no records.
    """
    configs = _configs(cfg)
    uses = list(uses_in(list(configs.values())))
    # COCO's own class prints how it gets on.
    with shared_files(uses) as files, redirect_stdout(StringIO()):
        checked: Checked = {}
        for path, use in uses:
            if (path, use.bbox_file) not in checked:
                checked[path, use.bbox_file] = _check(path, use, files)
        sets = [_read(name, node, checked) for name, node in configs.items()]
        files.notes.clear()  # the sets have them
    return sets


def _check(path: str, use: Use, files: SharedFiles) -> tuple[list[str], list[str]]:
    """Return the faults and the notes of a file."""
    files.notes.clear()
    faults = []
    try:
        files.read(path)
        if use.bbox_file:
            files.read_boxes(use.bbox_file, path)
    except UserError as error:
        faults = str(error).splitlines()
    return faults, list(files.notes)


def _configs(cfg: Config) -> dict[str, Any]:
    train = cfg.train_dataloader.dataset
    configs = dict(labeled=train)
    if is_semi(cfg):
        configs = dict(labeled=train.labeled, unlabeled=train.unlabeled)
    for name, key in dict(validation='val', test='test').items():
        loader = cfg.get(f'{key}_dataloader')
        if loader and loader.dataset not in configs.values():
            configs[name] = loader.dataset
    return configs


def _read(name: str, node: Mapping, checked: Checked) -> DataSet:
    types = {part.get('type') for part in dicts(node)}
    done = DataSet(name, skips='LoadImageOrSkip' in types)
    for path, use in uses_in(node):
        faults, notes = checked[path, use.bbox_file]
        done.files.append(path)
        done.faults += faults
        done.notes += notes
    if not done.faults:
        _build(done, node)
    return done


def _build(done: DataSet, node: Mapping) -> None:
    try:
        dataset = DATASETS.build(_without_pipelines(node))
        done.records = list(records_of(dataset))
        if done.name not in TRAINING:
            check_pictures(dataset)
    except (UserError, ValueError) as error:
        # MMEngine cannot build a set of nobody.
        empty = 'need at least one array' in str(error)
        done.faults += [f'The {done.name} set is empty.'] if empty else [str(error)]
        return
    bases = list(base_datasets(dataset))
    done.files = [str(base.ann_file or base.data_prefix['img']) for base in bases]
    joints = {len(visibility(record)) for record in done.records}
    if len(joints) == 1 and joints != {0}:  # joined sets may have their own joints
        done.metainfo = dataset.metainfo


def _without_pipelines(node: Mapping) -> Mapping:
    copy = deepcopy(node)
    for part in dicts(copy):
        if 'pipeline' in part:
            part['pipeline'] = []
    return copy


def check_picture_sizes(one: DataSet, pictures: Pictures) -> None:
    """Note pictures that cannot be read, or that have another size than the file says.

    Args:
        one (DataSet): A set; gets notes, and a fault if training would stop.
        pictures (Pictures): What was read of its pictures.
    """
    shapes = {record['img_path']: shape_in_file(record) for record in one.records}
    sizes = {path: pictures.sizes[path] for path in shapes}
    lost = [path for path, size in sizes.items() if size is None]
    if lost:
        what = (
            f'{counted(len(lost), "picture")} of the {one.name} set cannot be read, '
            f'such as {lost[0]}: '
        )
        if one.name not in TRAINING:
            one.faults.append(what + 'restore it, or remove it from the file.')
        elif one.skips:
            one.notes.append(what + 'left out while training.')
        else:
            one.faults.append(what + 'put it back, or load it by LoadImageOrSkip.')
    other = [
        path
        for path, size in sizes.items()
        if size and shapes[path] and tuple(size[::-1]) != tuple(shapes[path])
    ]
    if other:
        message = different_size(other[0], sizes[other[0]][::-1], shapes[other[0]])
        most = 2 * len(other) > len(sizes) - len(lost)
        where = one.faults if most else one.notes
        where.append(f'{counted(len(other), "picture")} of {len(sizes)}: {message}')
