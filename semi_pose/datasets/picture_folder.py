"""Folders of pictures without an annotation file."""

import logging
import os.path as osp
from collections.abc import Sequence

from mmengine.logging import print_log
from mmengine.utils import scandir
from torchvision.datasets.folder import IMG_EXTENSIONS

from semi_pose.datasets.annotation_check import counted, picture_sizes
from semi_pose.errors import UserError

NAMED = 10  # broken pictures; the others are only counted


def list_pictures(folder: str) -> list[str]:
    """List the pictures of a folder and of the folders in it.

    Args:
        folder (str): The folder.

    Returns:
        list[str]: File names relative to the folder, sorted.

    Raises:
        UserError: If there is no such folder, or no picture in it.
    """
    if not osp.isdir(folder):
        raise UserError(
            f'There is no folder {folder}: name the folder of the pictures.'
        )
    suffixes = tuple(IMG_EXTENSIONS)
    names = sorted(scandir(folder, suffixes, recursive=True, case_sensitive=False))
    if not names:
        raise UserError(
            f'{folder} holds no picture ({", ".join(suffixes)}): name the folder of '
            'the pictures.'
        )
    return names


def read_crops(folder: str) -> dict:
    """Make a COCO data set of pictures that show one person each.

    Headers alone are read. Pictures that cannot be read are left out, and named in
    the log.

    Args:
        folder (str): The folder.

    Returns:
        dict: ``images`` and ``annotations`` with ids from 1 in the order of the file
        names. The box of a person is the whole picture.

    Raises:
        UserError: If the folder is missing or holds no picture.
    """
    names = list_pictures(folder)
    sizes = picture_sizes([osp.join(folder, name) for name in names])
    found = [pair for pair in zip(names, sizes, strict=True) if pair[1]]
    _name_broken(
        folder, [name for name, size in zip(names, sizes, strict=True) if not size]
    )
    images = [
        dict(id=number, file_name=name, width=width, height=height)
        for number, (name, (width, height)) in enumerate(found, 1)
    ]
    annotations = [
        dict(
            id=image['id'],
            image_id=image['id'],
            category_id=1,
            bbox=[0, 0, image['width'], image['height']],
        )
        for image in images
    ]
    person = dict(id=1, name='person')
    return dict(images=images, annotations=annotations, categories=[person])


def name_some(names: Sequence[str]) -> str:
    """Name files, of many the first."""
    return ', '.join([*names[:NAMED], *(['...'] if len(names) > NAMED else [])])


def _name_broken(folder: str, names: Sequence[str]) -> None:
    if names:
        print_log(
            f'{folder}: {counted(len(names), "picture")} cannot be read, left out: '
            f'{name_some(names)}',
            'current',
            level=logging.WARNING,
        )
