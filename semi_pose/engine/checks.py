"""Start-up checks: do data sets and model fit each other?"""

import logging
import os
from functools import cache
from itertools import chain
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.optim import AmpOptimWrapper
from mmengine.runner import Runner
from mmpose.datasets import GenerateTarget
from mmpose.models import TopdownPoseEstimator
from torch import nn
from torch.utils.data import Dataset

from semi_pose.datasets import SemiDataset
from semi_pose.datasets.annotation_check import counted, picture_sizes
from semi_pose.datasets.base_sets import base_datasets, records_of
from semi_pose.datasets.transforms import different_size, shape_in_file
from semi_pose.errors import UserError
from semi_pose.models.hard_pipeline import HardAffine, RandAugment, RedrawTargets
from semi_pose.recipes.kinds import pseudo_file

# Hard views that are drawn once for all students.
ALIKE_FOR_ALL = HardAffine, RandAugment, RedrawTargets


def check_run(runner: Runner, model: nn.Module, val_overlap: str) -> None:
    """Check a run before its first step.

    Args:
        runner (Runner): A runner with its dataloaders built.
        model (Module): Its model, unwrapped.
        val_overlap (str): 'error', 'warn' or 'ignore'.

    Raises:
        UserError: If the data sets and the model do not fit.
    """
    dataset = runner.train_dataloader.dataset
    labeled = dataset.labeled if isinstance(dataset, SemiDataset) else dataset
    for number, network in enumerate(getattr(model, 'networks', (model,)), 1):
        check_network(network, labeled, number)
    check_precision(runner, model)
    if runner.val_loop is not None:
        val_dataset = runner.val_loop.dataloader.dataset
        check_pictures(val_dataset)
        for part in _without_labels(dataset, runner.cfg):
            check_overlap(part, val_dataset, val_overlap)


def _without_labels(dataset: Dataset, cfg: Config) -> list[Dataset]:
    """Return the unlabeled set, or the sets whose labels are networks'."""
    if isinstance(dataset, SemiDataset):
        return [dataset.unlabeled]
    labels = pseudo_file(cfg)
    parts = base_datasets(dataset) if labels else []
    return [part for part in parts if part.ann_file.endswith(labels)]


def check_network(network: TopdownPoseEstimator, labeled: Dataset, number: int) -> None:
    """Check that a head fits the labeled set's joints and target codec.

    Args:
        network (TopdownPoseEstimator): The network.
        labeled (Dataset): The labeled set, with its pipeline.
        number (int): 1 or 2, for the message.

    Raises:
        UserError: If the counts of joints, the codecs or their sizes differ.
    """
    joints = labeled.metainfo['num_keypoints']
    channels = getattr(network.head, 'out_channels', joints)
    if channels != joints:
        raise UserError(
            f'The labeled set ({_name(labeled)}) has {joints} joints, but the head of '
            f'network {number} predicts {channels}: set model.head.out_channels='
            f'{joints} (and that of model.peer), or choose the data set that fits.'
        )
    codec, decoder = _target_codec(labeled), getattr(network.head, 'decoder', None)
    for size in ('input_size', 'heatmap_size'):
        wanted, given = getattr(decoder, size, None), getattr(codec, size, None)
        if wanted is not None and given is not None and tuple(wanted) != tuple(given):
            raise UserError(
                f'The labeled pipeline makes targets with {size}={tuple(given)}, but '
                f'the head of network {number} decodes {size}={tuple(wanted)}: give '
                'GenerateTarget.encoder and head.decoder the same codec.'
            )
    if codec and decoder and type(codec) is not type(decoder):
        raise UserError(
            f'The labeled pipeline makes targets of {type(codec).__name__}, but the '
            f'head of network {number} decodes {type(decoder).__name__}: give '
            'GenerateTarget.encoder and head.decoder the same codec.'
        )


def check_precision(runner: Runner, model: nn.Module) -> None:
    """Check that gradients are not lost to fp16.

    Args:
        runner (Runner): The runner.
        model (Module): Its model, unwrapped.

    Raises:
        UserError: If paths are computed one at a time in fp16: their gradients are
            computed before the loss is scaled, and most round to 0.
    """
    wrapper = runner.optim_wrapper
    is_fp16 = isinstance(wrapper, AmpOptimWrapper) and wrapper.cast_dtype in (
        None,
        torch.float16,
    )
    if is_fp16 and getattr(model, 'one_path_at_a_time', False):
        raise UserError(
            'one_path_at_a_time=True loses gradients in fp16: train with --amp bf16, '
            'or set model.one_path_at_a_time=False.'
        )


def check_start(model: nn.Module) -> None:
    """Check that two networks which start alike do not stay alike.

    Args:
        model (Module): The model with the weights that it starts from.

    Raises:
        UserError: If they do: the same weights, labels, hard views and targets.
    """
    first, *others = getattr(model, 'peers', (model,))
    transforms = [*chain(*model.paths), *model.hard_pipeline] if others else ()
    if not others or not all(isinstance(one, ALIKE_FOR_ALL) for one in transforms):
        return
    if any('Drop' in type(part).__name__ for part in first.modules()):
        return  # what is dropped differs
    own, other = first.state_dict(), others[0].state_dict()
    if all(key in own and torch.equal(own[key], one) for key, one in other.items()):
        raise UserError(
            'Networks 1 and 2 start from the same weights and see the same hard views, '
            'so they would stay the same. Start each from its own checkpoint, by '
            'SemiRunner(warm_start=[A, B]), or add JointCutout to the hard pipeline.'
        )


def check_overlap(unlabeled: Dataset, val_dataset: Dataset, mode: str) -> None:
    """Check that no validation image is among the unlabeled ones.

    Args:
        unlabeled (Dataset): The unlabeled set.
        val_dataset (Dataset): The validation set.
        mode (str): 'error', 'warn' or 'ignore'.

    Raises:
        UserError: If images are in both and ``mode`` is 'error'.
    """
    if mode == 'ignore' or not _share_folder(unlabeled, val_dataset):
        return
    shared = _image_paths(unlabeled) & _image_paths(val_dataset)
    if not shared:
        return
    message = (
        f'The unlabeled images ({_name(unlabeled)}) include '
        f'{counted(len(shared), "validation image")}, such as {sorted(shared)[0]}. '
        'Accuracy on them says '
        'less about new images: take them out, or set SemiRunner.val_overlap="warn".'
    )
    if mode == 'error':
        raise UserError(message)
    print_log(message, 'current', level=logging.WARNING)


def check_pictures(dataset: Dataset, part: str = 'validation') -> None:
    """Check that each picture of an evaluation is there and is a picture.

    Headers alone are read. Pictures of another size than the annotation file says are
    named.

    Args:
        dataset (Dataset): The validation or test set.
        part (str): Which of them, for messages.

    Raises:
        UserError: If one cannot be read.
    """
    records = {record['img_path']: record for record in records_of(dataset)}
    paths = [path for path in records if '://' not in path]
    sizes = dict(zip(paths, picture_sizes(paths), strict=True))
    lost = [path for path, size in sizes.items() if size is None]
    if lost:
        why = 'is no picture' if Path(lost[0]).exists() else 'does not exist'
        raise UserError(
            f'{counted(len(lost), f"{part} picture")} cannot be read: {lost[0]} '
            f'{why}. A {part} needs every picture: put it back, correct "file_name" '
            f'in {_name(dataset)}, or take the image out there.'
        )
    shapes = {path: shape_in_file(records[path]) for path in paths}
    other = [path for path in paths if shapes[path] not in (None, sizes[path][::-1])]
    if other:
        message = different_size(other[0], sizes[other[0]][::-1], shapes[other[0]])
        print_log(
            f'{counted(len(other), f"{part} picture")} of {len(paths)}: {message}',
            'current',
            level=logging.WARNING,
        )


def _target_codec(labeled: Dataset) -> object | None:
    for dataset in base_datasets(labeled):
        for transform in dataset.pipeline.transforms:
            if isinstance(transform, GenerateTarget):
                encoder = transform.encoder
                # Of networks with several stages, the last one's.
                return encoder[-1] if isinstance(encoder, list) else encoder
    return None


def _share_folder(*datasets: Dataset) -> bool:
    """Say whether two sets read from the same folders, which is fast to check."""
    first, second = (
        {Path(base.data_prefix['img']).resolve() for base in base_datasets(dataset)}
        for dataset in datasets
    )
    return any(
        a == b or a in b.parents or b in a.parents for a in first for b in second
    )


def _image_paths(dataset: Dataset) -> set[str]:
    """Return the paths of a set's pictures, symbolic links to folders resolved."""
    folder = cache(os.path.realpath)
    paths = (os.path.split(record['img_path']) for record in records_of(dataset))
    return {os.path.join(folder(head), name) for head, name in paths}


def _name(dataset: Dataset) -> str:
    return ', '.join(
        str(base.ann_file or base.data_prefix['img']) for base in base_datasets(dataset)
    )
