"""Unlabeled people in a file or folder of the user."""

import json
from pathlib import Path
from typing import NamedTuple

from semi_pose.datasets.annotation_check import picture_sizes
from semi_pose.datasets.annotation_files import load_coco
from semi_pose.engine.whole_files import write_whole
from semi_pose.errors import UserError

PICTURES = {'.bmp', '.jpeg', '.jpg', '.png', '.webp'}


class PeopleFile(NamedTuple):
    """People whose boxes are known.

    Attributes:
        ann_file (Path): COCO file of images and boxes.
        images (Path): The folder that its file names begin from.
    """

    ann_file: Path
    images: Path


def find_people(source: Path, images: Path | None, boxes: Path) -> PeopleFile:
    """Find people and pictures.

    Args:
        source (Path): A COCO file; or a folder with one, in it or in its folder
            ``annotations``; or a folder of pictures of one person each.
        images (Path, optional): The folder of the pictures; by default it is looked
            for near the file.
        boxes (Path): File to write where there are pictures alone; each person's box
            is the whole picture.

    Returns:
        PeopleFile: Where they are.

    Raises:
        UserError: If there is nothing, or several files.
    """
    if not source.exists():
        raise UserError(f'--unlabeled {source} does not exist: name a file or folder.')
    if source.is_file():
        return PeopleFile(source, images or _find_images(source))
    files = sorted([*source.glob('*.json'), *source.glob('annotations/*.json')])
    if len(files) > 1:
        names = ', '.join(str(file.relative_to(source)) for file in files)
        raise UserError(f'--unlabeled {source} holds {names}: name one of these files.')
    if files:
        return PeopleFile(files[0], images or _find_images(files[0]))
    _write_boxes(images or source, boxes)
    return PeopleFile(boxes, images or source)


def _find_images(ann_file: Path) -> Path:
    """Find the folder of the pictures near an annotation file."""
    pictures = load_coco(str(ann_file))['images']
    near = [ann_file.parent, ann_file.parent.parent]
    folders = [*near, *(folder / 'images' for folder in near)]
    for folder in folders:
        if pictures and (folder / pictures[0]['file_name']).is_file():
            return folder
    raise UserError(
        f'The pictures of {ann_file} are in none of '
        f'{", ".join(map(str, folders))}: name their folder with --unlabeled-images.'
    )


def _write_boxes(folder: Path, out: Path) -> None:
    """Write a COCO file in which each picture of a folder shows one person."""
    paths = sorted(
        path for path in folder.rglob('*') if path.suffix.lower() in PICTURES
    )
    sizes = zip(paths, picture_sizes([str(path) for path in paths]), strict=True)
    found = [(path, size) for path, size in sizes if size is not None]
    if not found:
        raise UserError(f'{folder} holds no COCO file and no pictures: name another.')
    images, annotations = [], []
    for number, (path, (width, height)) in enumerate(found, 1):
        name = str(path.relative_to(folder))
        images.append(dict(id=number, file_name=name, width=width, height=height))
        box = dict(bbox=[0, 0, width, height], area=width * height, iscrowd=0)
        annotations.append(dict(id=number, image_id=number, category_id=1, **box))
    categories = [dict(id=1, name='person')]
    content = dict(images=images, annotations=annotations, categories=categories)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, json.dumps(content).encode())
