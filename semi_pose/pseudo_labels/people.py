"""The people to label, as a trained model is tested on them."""

import os.path as osp
import sys
from collections.abc import Sequence
from typing import Any

from mmengine.config import Config
from mmengine.dataset import Compose
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.datasets.transforms import LoadImage
from mmpose.registry import DATASETS
from torch.utils.data import Dataset

from semi_pose.datasets.coco_file import load_json
from semi_pose.errors import UserError
from semi_pose.recipes.data_root import annotation_path, data_nodes

SECTION = 'train'
# Nothing else of a record reaches the model: keypoints least of all.
KEYS = ('img_id', 'img_path', 'id', 'category_id', 'bbox', 'bbox_score')


class PeopleToLabel(Dataset):
    """Each person of an unlabeled set once, cropped by a test pipeline.

    Args:
        part (Config): Of :func:`recipe_part`. Its augmentation is not used.
        pipeline (Sequence[dict]): The model's test pipeline. A picture that cannot
            be read is skipped with a warning, as LoadImageOrSkip does it.
        metainfo (dict): Of the model's joints, parsed.
        root (str, optional): Folder that file names are relative to; by default that
            of the data set, or the one that holds those of all its parts.

    Raises:
        UserError: If a file cannot be read, or nobody is in it.
    """

    def __init__(
        self,
        part: Config,
        pipeline: Sequence[dict],
        metainfo: dict,
        root: str | None = None,
    ) -> None:
        for node in data_nodes(part, (SECTION,)):
            if 'pipeline' in node:
                node['pipeline'] = []
        self.people = _build(part)
        self.pipeline = Compose([_skip_broken(transform) for transform in pipeline])
        self.metainfo = metainfo
        self.meta = {key: metainfo[key] for key in ('dataset_name', 'flip_indices')}
        self.root = osp.abspath(_common_root(part) if root is None else root)

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self.people)

    def __getitem__(self, index: int) -> tuple[dict, dict[str, Any] | None]:
        """Return a person.

        Args:
            index (int): Number of the person.

        Returns:
            tuple[dict, dict | None]: ``person`` (its number), ``file_name`` and
            ``bbox`` (x, y, width, height in pixels); and what the pipeline makes of
            it, None if the picture cannot be read.
        """
        person = self.people[index]
        x1, y1, x2, y2 = person['bbox'][0].astype(float)
        entry = dict(
            person=index,
            file_name=osp.relpath(person['img_path'], self.root),
            bbox=[round(value, 2) for value in (x1, y1, x2 - x1, y2 - y1)],
        )
        record = {key: person[key] for key in KEYS}
        return entry, self.pipeline({**record, **self.meta})


def test_set(cfg: Config) -> dict:
    """Find the data set that a config tests on, or else validates on.

    Args:
        cfg (Config): The config.

    Returns:
        dict: Its config; for :func:`find_metainfo`, and its ``pipeline``.

    Raises:
        UserError: If there is none.
    """
    loader = cfg.get('test_dataloader') or cfg.get('val_dataloader')
    if not loader:
        raise UserError(
            f'{cfg.filename} has no test_dataloader, whose pipeline shows people to '
            'the model: add one.'
        )
    return loader.dataset


def recipe_part(cfg: Config, role: str) -> Config:
    """Take a data set out of a semi-supervised recipe.

    Args:
        cfg (Config): The recipe.
        role (str): ``labeled`` or ``unlabeled``.

    Returns:
        Config: With that set as ``train_dataloader.dataset`` and nothing else, so that
        only its files count.

    Raises:
        UserError: If the recipe is not semi-supervised.
    """
    dataset = cfg.train_dataloader.dataset
    if role not in dataset:
        raise UserError(
            f'{cfg.filename} trains on labels alone: name a semi-supervised recipe by '
            '--unlabeled, or a set of your own by --ann-file and --img-dir.'
        )
    loader = dict(dataset=dataset[role])
    return Config(dict(train_dataloader=loader), filename=cfg.filename)


def find_categories(part: Config) -> list[dict] | None:
    """Read the categories of a labeled set, which ConcatDataset wants alike.

    Args:
        part (Config): The labeled set, of :func:`recipe_part`.

    Returns:
        list[dict], optional: As in its first COCO file; None if it has no such file.
    """
    for node in data_nodes(part, (SECTION,)):
        path = annotation_path(node)
        if path and osp.exists(path):
            content = load_json(path)
            return content.get('categories') if isinstance(content, dict) else None
    return None


def find_metainfo(dataset: dict) -> dict:
    """Return what a data set says of its joints, without reading its files.

    Args:
        dataset (dict): Config of a data set or of a wrapper of such.

    Returns:
        dict: The parsed meta information; for several sets that of the first.
    """
    metainfo = dataset.get('metainfo') or getattr(
        DATASETS.get(dataset['type']), 'METAINFO', None
    )
    if metainfo:
        return parse_pose_metainfo(metainfo)
    return find_metainfo(dataset.get('dataset') or dataset['datasets'][0])


def joint_names(metainfo: dict) -> list[str]:
    """Return the joints' names in order.

    Args:
        metainfo (dict): Parsed meta information.

    Returns:
        list[str]: K names.
    """
    names = metainfo['keypoint_id2name']
    return [names[index] for index in range(len(names))]


def check_same_joints(model: dict, labeled: dict, model_cfg: str, recipe: str) -> None:
    """Check that pseudo labels fit the real ones, joint by joint.

    Args:
        model (dict): Meta information of the labeling model's joints.
        labeled (dict): That of the recipe's labeled set.
        model_cfg (str): The model's config, for the message.
        recipe (str): The recipe, for the message.

    Raises:
        UserError: If number or order of the joints differ.
    """
    ours, theirs = joint_names(model), joint_names(labeled)
    if ours == theirs:
        return
    why = f'has {len(ours)} joints and the labeled set of {recipe} {len(theirs)}'
    if len(ours) == len(theirs):
        one, other = next(
            pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]
        )
        why = f'has joint {one} where the labeled set of {recipe} has {other}'
    raise UserError(
        f'{model_cfg} {why}: label with a model that was trained on the same joints.'
    )


def _build(part: Config) -> Dataset:
    try:
        return DATASETS.build(part.train_dataloader.dataset)
    except ValueError as error:
        if 'need at least one array' not in str(error):
            raise
        raise UserError(
            f'A part of the unlabeled set of {part.filename} is empty: correct its '
            'indices, or name another file.'
        ) from error


def _skip_broken(transform: dict) -> dict:
    if transform['type'] not in ('LoadImage', 'LoadImageOrSkip', LoadImage):
        return transform
    # However many there are: what has been labeled is not to be lost.
    return dict(transform, type='LoadImageOrSkip', max_in_a_row=sys.maxsize)


def _common_root(part: Config) -> str:
    roots = [
        osp.abspath(node.get('data_root') or '')
        for node in data_nodes(part, (SECTION,))
        if node.get('ann_file')
    ]
    return osp.commonpath(roots)
