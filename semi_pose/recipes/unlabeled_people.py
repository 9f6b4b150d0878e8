"""Unlabeled people in a file or folder of the user."""

from pathlib import Path
from typing import NamedTuple

from semi_pose.datasets.annotation_files import load_coco
from semi_pose.errors import UserError


class People(NamedTuple):
    """People whose boxes are known.

    Attributes:
        ann_file (Path, optional): COCO file of images and boxes; None where each
            picture is a person.
        images (Path): The folder that its file names begin from.
    """

    ann_file: Path | None
    images: Path

    @property
    def settings(self) -> dict:
        """dict: Of an UnlabeledDataset."""
        names = dict(ann_file=str(self.ann_file)) if self.ann_file else {}
        return dict(**names, data_prefix=dict(img=str(self.images)))


def find_people(source: Path, images: Path | None) -> People:
    """Find people and pictures.

    Args:
        source (Path): A COCO file; or a folder with one, in it or in its folder
            ``annotations``; or a folder of pictures of one person each.
        images (Path, optional): The folder of the pictures; by default it is looked
            for near the file.

    Returns:
        People: Where they are.

    Raises:
        UserError: If there is nothing, or several files.
    """
    if not source.exists():
        raise UserError(f'--unlabeled {source} does not exist: name a file or folder.')
    if source.is_file():
        return People(source, images or _find_images(source))
    files = sorted([*source.glob('*.json'), *source.glob('annotations/*.json')])
    if len(files) > 1:
        names = ', '.join(str(file.relative_to(source)) for file in files)
        raise UserError(f'--unlabeled {source} holds {names}: name one of these files.')
    if files:
        return People(files[0], images or _find_images(files[0]))
    return People(None, images or source)


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
