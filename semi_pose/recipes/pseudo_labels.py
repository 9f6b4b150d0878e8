"""The run that makes pseudo labels: the test of a model on unlabeled people."""

import os.path as osp
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from mmengine.config import Config
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.datasets.transforms import LoadImage
from mmpose.registry import DATASETS

from semi_pose.datasets.annotation_check import joint_names
from semi_pose.datasets.coco_file import load_json
from semi_pose.errors import UserError
from semi_pose.recipes.data_root import annotation_path
from semi_pose.recipes.kinds import dicts, is_semi
from semi_pose.recipes.layouts import use_data
from semi_pose.recipes.reading import read_config


class People(NamedTuple):
    """Who is labeled.

    Attributes:
        dataset (dict): Config of the unlabeled set, without a pipeline.
        root (str): Folder that file names in the labels are relative to.
        labeled (dict, optional): Config of the set that the labels are to fit.
        recipe (str): Where they are named, for messages.
    """

    dataset: dict
    root: str
    labeled: dict | None = None
    recipe: str = ''

    def categories(self) -> list[dict] | None:
        """Read the real labels' categories, which ConcatDataset needs alike.

        Returns:
            list[dict], optional: As in the first file; None if that is not COCO's.
        """
        for node in dicts(self.labeled):
            path = annotation_path(node)
            if path and osp.exists(path):
                content = load_json(path)
                return content.get('categories') if isinstance(content, dict) else None
        return None


def recipe_people(path: str, data_root: str | None = None) -> People:
    """Take the unlabeled people of a recipe.

    Args:
        path (str): The recipe, semi-supervised or of pseudo labels.
        data_root (str, optional): Folder of the data, instead of the recipe's.

    Returns:
        People: File names are relative to the data root of the unlabeled set or, where
        it has none, to its folder of pictures; of several sets, to the folder that
        holds all of these.

    Raises:
        UserError: If the recipe names no unlabeled people.
    """
    recipe = read_config(path)
    recipe.train_dataloader.dataset = labeled_and_unlabeled(recipe, path)
    use_data(recipe, data_root)
    dataset = recipe.train_dataloader.dataset
    roots = []
    for node in dicts(dataset.unlabeled):
        if 'pipeline' in node:
            node['pipeline'] = []
        if 'data_prefix' in node:
            roots.append(osp.abspath(node.get('data_root') or node.data_prefix.img))
    return People(dataset.unlabeled, osp.commonpath(roots), dataset.labeled, path)


def labeled_and_unlabeled(recipe: Config, path: str) -> dict:
    """Find the people of a recipe; variables, where it has pseudo labels.

    Args:
        recipe (Config): The recipe.
        path (str): Its name, for messages.

    Returns:
        dict: Configs of the ``labeled`` and the ``unlabeled`` set.

    Raises:
        UserError: If the recipe names no unlabeled people.
    """
    if is_semi(recipe):
        return recipe.train_dataloader.dataset
    if 'pseudo_labels' in recipe:
        for name in ('labeled', 'unlabeled'):
            if name not in recipe:
                raise UserError(
                    f'{path} has pseudo_labels, but no variable `{name}` with the '
                    f'config of the {name} people: see '
                    'configs/lsp/efflite0_lsp20_pseudo.py.'
                )
        return dict(labeled=recipe.labeled, unlabeled=recipe.unlabeled)
    raise UserError(
        f'{path} trains on labels alone: name a recipe that has unlabeled people with '
        '--unlabeled, or your own set with --ann-file and --img-dir.'
    )


def labeling_config(
    model: Config,
    people: People,
    labels: dict,
    scales: Sequence[float] | None = None,
    networks: int = 1,
) -> Config:
    """Make the config of the run, without batch size and device.

    Args:
        model (Config): Config of the labeling model, whose test pipeline is used.
        people (People): Who is labeled.
        labels (dict): Arguments of PseudoLabelMetric.
        scales (Sequence[float], optional): Average heatmaps over flips and these
            magnifications (DataDistill). By default the model predicts as its
            ``test_cfg`` says (PseudoPose).
        networks (int): Average over so many models too, with ``scales``.

    Returns:
        Config: To build a runner from and test.

    Raises:
        UserError: If the model's joints are not those of the real labels.
    """
    shown = _test_set(model)
    metainfo = find_metainfo(shown)
    if people.labeled:
        check_same_joints(
            metainfo, find_metainfo(people.labeled), model.filename, people.recipe
        )
    network = model.model
    if scales:
        network = dict(
            type='AveragedViews', module=network, scales=scales, networks=networks
        )
    dataset = dict(
        type='PeopleToLabel',
        metainfo=metainfo,
        datasets=[people.dataset],
        pipeline=[_skip_broken(transform) for transform in shown.pipeline],
    )
    run = dict(
        model=network,
        test_dataloader=dict(
            dataset=dataset, sampler=dict(type='DefaultSampler', shuffle=False)
        ),
        test_evaluator=dict(
            type='PseudoLabelMetric',
            root=people.root,
            categories=people.categories(),
            **labels,
        ),
        test_cfg=dict(),
        default_scope=model.get('default_scope', 'mmpose'),
        env_cfg=model.get('env_cfg', dict()),
        default_hooks=dict(logger=dict(type='LoggerHook', interval=10)),
    )
    return Config(run, filename=model.filename)


def find_metainfo(dataset: dict) -> dict:
    """Return a data set's description of its joints, without reading its files.

    Args:
        dataset (dict): Config of a data set or of a wrapper of such.

    Returns:
        dict: MMPose's meta information; for several sets that of the first.
    """
    metainfo = dataset.get('metainfo') or getattr(
        DATASETS.get(dataset['type']), 'METAINFO', None
    )
    return metainfo or find_metainfo(dataset.get('dataset') or dataset['datasets'][0])


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
    if found := different_joint(model, labeled):
        number, ours, theirs = found
        raise UserError(
            f'Joint {number} of {model_cfg} is {ours}, and {theirs} in the labeled set '
            f'of {recipe}: label with a model that was trained on the same joints.'
        )


def different_joint(first: dict, second: dict) -> tuple[int, str, str] | None:
    """Find the first joint that two descriptions have in different ways.

    Args:
        first (dict): MMPose's meta information of joints.
        second (dict): Another one.

    Returns:
        tuple[int, str, str], optional: Its number and its names; None if all are the
        same, in the same order.
    """
    pairs = zip_longest(*map(_joint_names, (first, second)), fillvalue='missing')
    return next(((n, a, b) for n, (a, b) in enumerate(pairs) if a != b), None)


def _joint_names(metainfo: dict) -> tuple[str, ...]:
    return joint_names(parse_pose_metainfo(metainfo))


def _test_set(cfg: Config) -> dict:
    loader = cfg.get('test_dataloader') or cfg.get('val_dataloader')
    if not loader:
        raise UserError(
            f'{cfg.filename} has no test_dataloader, whose pipeline shows people to '
            'the model: add one.'
        )
    return loader.dataset


def _skip_broken(transform: dict) -> dict:
    loads = transform['type'] in ('LoadImage', LoadImage)
    return dict(transform, type='LoadImageOrSkip') if loads else transform
