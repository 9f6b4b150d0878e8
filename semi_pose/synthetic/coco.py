"""Writing a synthetic data set in COCO's layout."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from semi_pose.errors import UserError
from semi_pose.synthetic.drawing import Drawn, Picture, render
from semi_pose.synthetic.scene import sample_scene
from semi_pose.synthetic.skeleton import KEYPOINTS

SPLITS = ('train2017', 'val2017')
MARKER = 'SYNTHETIC.txt'
MAX_PICTURES = 1_000_000
MIN_SHOWN = 0.1
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
    overwrite: bool = False,
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
        overwrite: Write into a folder that holds other files too.
        on_picture: Called after every picture.

    Returns:
        ``out_dir`` as a path.

    Raises:
        UserError: If an argument is out of range, or the folder holds other
            files and ``overwrite`` is not set.
    """
    _check_arguments(num_train, num_val, size, seed)
    out_dir = Path(out_dir)
    _prepare_folder(out_dir, overwrite)
    for split, count in zip(SPLITS, (num_train, num_val), strict=True):
        _write_split(out_dir, split, count, size, seed, on_picture)
    return out_dir


def draw_picture(
    split: str, index: int, size: tuple[int, int] = (192, 256), seed: int = 0
) -> Picture:
    """Draw one picture of the data set.

    Args:
        split: 'train2017' or 'val2017'.
        index: Number of the picture in its split, from 0.
        size: Width and height in pixels.
        seed: Seed of the data set.

    Returns:
        The picture and its labels.
    """
    rng = np.random.default_rng((seed, SPLITS.index(split), index))
    return render(sample_scene(rng, size))


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


def _prepare_folder(out_dir, overwrite):
    if out_dir.exists() and not out_dir.is_dir():
        raise UserError(f'{out_dir} is a file: name a folder to write to')
    files = [path for path in out_dir.rglob('*') if not path.is_dir()]
    ours = (out_dir / MARKER).exists()
    foreign = [path for path in files if not ours or not _is_own(out_dir, path)]
    if foreign and not overwrite:
        raise UserError(
            f'{out_dir} holds other files, such as {foreign[0]}: '
            'name another folder, or add --overwrite'
        )
    try:
        if ours:
            for path in set(files) - set(foreign):
                path.unlink()
        for folder in ('annotations', *SPLITS):
            (out_dir / folder).mkdir(parents=True, exist_ok=True)
        (out_dir / MARKER).write_text(
            'Drawn by make_synthetic_people.py, which may replace this data set.\n'
        )
    except OSError as error:
        raise UserError(
            f'{out_dir} cannot be written ({error}): name another folder'
        ) from error


def _is_own(out_dir, path):
    name = path.relative_to(out_dir).as_posix()
    pattern = (
        rf'{re.escape(MARKER)}|annotations/person_keypoints_(train|val)2017\.json'
        r'|(train|val)2017/\d{12}\.jpg'
    )
    return re.fullmatch(pattern, name) is not None


def _write_split(out_dir, split, count, size, seed, on_picture):
    images, annotations = [], []
    for index in range(count):
        picture = draw_picture(split, index, size, seed)
        # Validation ids begin where training ids must end.
        image_id = SPLITS.index(split) * MAX_PICTURES + index + 1
        name = f'{image_id:012d}.jpg'
        _write_jpeg(out_dir / split / name, picture.image)
        images.append(dict(id=image_id, file_name=name, width=size[0], height=size[1]))
        annotations += _annotate(picture.people, image_id)
        if on_picture:
            on_picture()
    path = out_dir / 'annotations' / f'person_keypoints_{split}.json'
    path.write_text(json.dumps(_document(images, annotations, seed)))


def _write_jpeg(path, image):
    done, data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not done:
        raise UserError(f'{path}: OpenCV cannot write JPEG pictures')
    path.write_bytes(data.tobytes())


def _annotate(people: list[Drawn], image_id: int) -> list[dict]:
    labelled = [
        person
        for person in people
        if person.shown >= MIN_SHOWN and person.keypoints[:, 2].any()
    ]
    return [
        dict(
            id=10 * image_id + number,
            image_id=image_id,
            category_id=1,
            keypoints=person.keypoints.round(2).ravel().tolist(),
            num_keypoints=int((person.keypoints[:, 2] > 0).sum()),
            bbox=person.box,
            area=person.area,
            iscrowd=0,
        )
        for number, person in enumerate(labelled)
    ]


def _document(images, annotations, seed):
    return dict(
        info=dict(description='Synthetic people, drawn by semi_pose', seed=seed),
        licenses=[],
        images=images,
        annotations=annotations,
        categories=[
            dict(
                id=1,
                name='person',
                supercategory='person',
                keypoints=list(KEYPOINTS),
                skeleton=[list(link) for link in LINKS],
            )
        ],
    )
