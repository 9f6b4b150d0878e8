"""Writing a synthetic data set in COCO's layout."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from semi_pose.errors import UserError
from semi_pose.synthetic.drawing import render
from semi_pose.synthetic.scene import sample_scene
from semi_pose.synthetic.skeleton import KEYPOINTS

SPLITS = ('train2017', 'val2017')
FOLDERS = ('annotations', *SPLITS)
MARKER = 'SYNTHETIC.txt'
MAX_PICTURES = 1_000_000
# Nobody labels people of whom fewer joints are visible.
MIN_VISIBLE = 3
# COCO's own list of linked keypoints, counted from 1.
LINKS = (
    (16, 14), (14, 12), (17, 15), (15, 13), (12, 13), (6, 12), (7, 13), (6, 7),
    (6, 8), (7, 9), (8, 10), (9, 11), (2, 3), (1, 2), (1, 3), (2, 4), (3, 5),
    (4, 6), (5, 7),
)  # fmt: skip


def write_dataset(
    out_dir: str | Path,
    *,
    num_train: int,
    num_val: int,
    size: tuple[int, int] = (192, 256),
    seed: int = 0,
    simple: bool = False,
    on_picture: Callable[[], object] | None = None,
) -> Path:
    """Draw people and write them as a COCO keypoint data set.

    Picture i of a split depends on the seed, the split and i alone, so a larger
    set begins with the smaller one. A data set written here before is replaced.

    Args:
        out_dir: Folder to write; made if need be.
        num_train: Pictures in train2017.
        num_val: Pictures in val2017.
        size: Width and height of the pictures in pixels.
        seed: Seed; the same one writes the same bytes.
        simple: Draw one person per picture, who stands or walks and faces the camera.
        on_picture: Called after every picture.

    Returns:
        ``out_dir`` as a path.

    Raises:
        UserError: If an argument is out of range, or the folder holds something else.
    """
    _check_arguments(num_train, num_val, size, seed)
    out_dir = Path(out_dir)
    _prepare_folder(out_dir)
    for split, count in zip(SPLITS, (num_train, num_val), strict=True):
        _write_split(out_dir, split, count, on_picture, size, seed, simple)
    return out_dir


def draw_picture(
    split: str,
    index: int,
    size: tuple[int, int] = (192, 256),
    seed: int = 0,
    simple: bool = False,
) -> tuple[np.ndarray, list[dict]]:
    """Draw picture ``index`` of a split: BGR image, and annotations without ids."""
    rng = np.random.default_rng((seed, SPLITS.index(split), index))
    return render(sample_scene(rng, size, simple))


def _check_arguments(num_train, num_val, size, seed):
    for name, count in (('train', num_train), ('val', num_val)):
        if not 1 <= count < MAX_PICTURES:
            raise UserError(
                f'--num-{name} is {count}: ask for 1 to {MAX_PICTURES - 1} pictures'
            )
    if len(size) != 2 or not all(64 <= side <= 2048 for side in size):
        raise UserError(f'--size is {size}: give width and height, 64 to 2048 pixels')
    if seed < 0:
        raise UserError(f'--seed is {seed}: give a whole number that is not negative')


def _prepare_folder(out_dir):
    try:
        if (out_dir / MARKER).exists():
            for folder in FOLDERS:
                shutil.rmtree(out_dir / folder, ignore_errors=True)
        elif out_dir.exists() and (other := next(out_dir.iterdir(), None)):
            raise UserError(
                f'{out_dir} holds other files, such as {other}: name another folder'
            )
        out_dir.mkdir(parents=True, exist_ok=True)
        (out_dir / MARKER).write_text(
            'Drawn by make_synthetic_people.py, which may replace these folders.\n'
        )
        for folder in FOLDERS:
            (out_dir / folder).mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(
            f'{out_dir} cannot be written ({error}): name another folder'
        ) from error


def _write_split(out_dir, split, count, on_picture, size, seed, simple):
    images, annotations = [], []
    for index in range(count):
        image, people = draw_picture(split, index, size, seed, simple)
        # Validation ids begin where training ids must end.
        image_id = SPLITS.index(split) * MAX_PICTURES + index + 1
        name = f'{image_id:012d}.jpg'
        _, jpeg = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, 90])
        (out_dir / split / name).write_bytes(jpeg)
        images.append(dict(id=image_id, file_name=name, width=size[0], height=size[1]))
        annotations += _annotate(people, image_id)
        if on_picture:
            on_picture()
    path = out_dir / 'annotations' / f'person_keypoints_{split}.json'
    path.write_text(json.dumps(_document(images, annotations, seed)))


def _annotate(people, image_id):
    return [
        dict(id=10 * image_id + number, image_id=image_id, **person)
        for number, person in enumerate(people)
        if person['keypoints'][2::3].count(2) >= MIN_VISIBLE
    ]


def _document(images, annotations, seed):
    category = dict(id=1, name='person', supercategory='person')
    return dict(
        info=dict(description='Synthetic people, drawn by semi_pose', seed=seed),
        licenses=[],
        images=images,
        annotations=annotations,
        categories=[category | dict(keypoints=KEYPOINTS, skeleton=LINKS)],
    )
