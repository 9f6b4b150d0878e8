"""Make COCO annotation files of Leeds Sports Pose or LSP Extended.

Examples::

    python tools/dataset/lsp_to_coco.py data/lsp --count 1000
    python tools/dataset/lsp_to_coco.py data/lspet

The first reads data/lsp/joints.mat (or data/lsp/raw/joints.mat) and the images
data/lsp/images/im0001.jpg, im0002.jpg, ..., and writes
data/lsp/annotations/lsp_train.json. The second does the same with LSP Extended
(im00001.jpg, ...), and writes the sets of configs/lspet: lspet_labeled.json,
lspet_val.json, lspet_test.json and lspet_pool_boxes.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from rich.console import Console
from rich.progress import track
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from semi_pose.errors import UserError

# Joint names in the order of MMPose's CrowdPose, with their index in joints.mat.
JOINTS = {
    'left_shoulder': 9,
    'right_shoulder': 8,
    'left_elbow': 10,
    'right_elbow': 7,
    'left_wrist': 11,
    'right_wrist': 6,
    'left_hip': 3,
    'right_hip': 2,
    'left_knee': 4,
    'right_knee': 1,
    'left_ankle': 5,
    'right_ankle': 0,
    'top_head': 13,
    'neck': 12,
}
DESCRIPTION = (
    'Leeds Sports Pose (LSP), 2000 persons, 14 joints; 1-1000 train, 1001-2000 test'
)
SPLIT = Path(__file__).parents[2] / 'configs/lspet/split.json'  # numbers of images
LSP_SHAPE, LSPET_SHAPE = (3, 14), (14, 3)
LSPET_PEOPLE = 10_000
# Share of the joints' longer extent that is added on each side of a box.
BOX_MARGIN = 0.12
# Person area as a share of the box, as the data set has no masks.
AREA_SHARE = 0.53
# What loadmat raises for files that are cut, damaged or not MATLAB files.
_MAT_ERRORS = (
    KeyError,
    MatReadError,
    NotImplementedError,
    OSError,
    TypeError,
    ValueError,
    zlib.error,
)


def read_joints(path: Path) -> tuple[np.ndarray, bool]:
    """Read joints.mat.

    Args:
        path (Path): MATLAB file whose variable `joints` holds x and y in pixels,
            counted from 1, and a flag: of LSP, 3 x 14 x N, 1 where the joint is
            occluded; of LSP Extended, 14 x 3 x N, 1 where it is labeled.

    Returns:
        tuple[ndarray, bool]: (N, 14, 3) in the order of `JOINTS`: x and y counted
        from 0, and COCO's visibility; and whether this is LSP Extended.

    Raises:
        UserError: If the file is missing, unreadable or of another shape.
    """
    if not path.is_file():
        raise UserError(
            f'{path} does not exist; unpack LSP so that joints.mat and images/ are '
            'in one folder, or name the file with --mat'
        )
    try:
        joints = loadmat(path)['joints']
    except _MAT_ERRORS as error:
        raise UserError(
            f"{path} is not a MATLAB file with a variable 'joints' ({error}); "
            'use the joints.mat that comes with LSP'
        ) from error
    if joints.ndim != 3 or joints.shape[:2] not in (LSP_SHAPE, LSPET_SHAPE):
        raise UserError(
            f"{path}: 'joints' has the shape {joints.shape}, expected (3, 14, N) of "
            'LSP or (14, 3, N) of LSP Extended; use the joints.mat of one of them'
        )
    extended = joints.shape[:2] == LSPET_SHAPE
    joints = joints.transpose((2, 0, 1) if extended else (2, 1, 0)).astype(float)
    flags = joints[..., 2:]
    visible = np.where(flags, 2, 0) if extended else np.where(flags, 1, 2)
    ordered = np.concatenate([joints[..., :2] - 1, visible], -1)
    return ordered[:, list(JOINTS.values())], extended


def read_size(path: Path) -> tuple[int, int]:
    """Return the width and height of an image, in pixels.

    Raises:
        UserError: If the file is not an image.
    """
    try:
        with Image.open(path) as image:
            return image.size
    except (OSError, UnidentifiedImageError) as error:
        raise UserError(f'{path} is not a readable image; replace it') from error


def make_annotation(number: int, joints: np.ndarray, size: tuple[int, int]) -> dict:
    """Make the COCO annotation of one person.

    Args:
        number (int): Image and annotation id.
        joints (ndarray): (14, 3): x and y in pixels counted from 0, and COCO's
            visibility, 0 where the joint is not labeled.
        size (tuple[int, int]): Image width and height in pixels; joints and box are
            clipped to it.

    Returns:
        dict: The annotation, with the box around the labeled joints.
    """
    limits = np.array(size)
    is_labeled = joints[:, 2] > 0
    points = np.where(is_labeled[:, None], joints[:, :2].clip(0, limits - 1), 0)
    low, high = points[is_labeled].min(0), points[is_labeled].max(0)
    margin = BOX_MARGIN * (high - low).max()
    low = np.maximum(low - margin, 0)
    high = np.minimum(high + margin, limits)
    box = np.concatenate([low, high - low]).round(2).tolist()
    keypoints = [
        value
        for (x, y), visible in zip(points.round(2).tolist(), joints[:, 2], strict=True)
        for value in (x, y, int(visible))
    ]
    return dict(
        id=number,
        image_id=number,
        category_id=1,
        iscrowd=0,
        bbox=box,
        area=round(AREA_SHARE * box[2] * box[3], 2),
        num_keypoints=int(is_labeled.sum()),
        keypoints=keypoints,
    )


def make_people(joints: np.ndarray, image_dir: Path, extended: bool) -> list[dict]:
    """Make each person's entries.

    Args:
        joints (ndarray): (N, 14, 3) as `read_joints` returns it.
        image_dir (Path): Folder of im0001.jpg to imN.jpg; five digits in LSP Extended.
        extended (bool): Of LSP Extended, whose ids begin at 100001, those of LSP at 1.

    Returns:
        list[dict]: The ``image`` and the ``annotation`` of each.

    Raises:
        UserError: If an image is missing or unreadable.
    """
    first, digits = (100_001, 5) if extended else (1, 4)
    names = [f'im{number + 1:0{digits}}.jpg' for number in range(len(joints))]
    check_images(names, image_dir)
    people = []
    for number, name in enumerate(track(names, 'Reading images'), first):
        size = width, height = read_size(image_dir / name)
        image = dict(id=number, file_name=name, width=width, height=height)
        annotation = make_annotation(number, joints[number - first], size)
        people.append(dict(image=image, annotation=annotation))
    return people


def make_dataset(people: list[dict], description: str, with_joints: bool) -> dict:
    """Make a COCO annotation file.

    Args:
        people (list[dict]): As `make_people` returns them, one for each image.
        description (str): What it is.
        with_joints (bool): Write keypoints, not only boxes.

    Returns:
        dict: COCO dictionary.
    """
    boxes = ('id', 'image_id', 'category_id', 'iscrowd', 'bbox', 'area')
    annotations = [one['annotation'] for one in people]
    if not with_joints:
        annotations = [{key: one[key] for key in boxes} for one in annotations]
    person = dict(id=1, name='person', supercategory='person')
    return dict(
        info=dict(description=description),
        licenses=[],
        images=[one['image'] for one in people],
        annotations=annotations,
        categories=[person | dict(keypoints=list(JOINTS), skeleton=[])],
    )


def split_extended(people: list[dict]) -> dict[str, dict]:
    """Split LSP Extended as the recipes of configs/lspet want it.

    Args:
        people (list[dict]): All 10,000.

    Returns:
        dict[str, dict]: COCO dictionaries by the names of their files: 1000 labeled
        people, 500 for validation, 500 for a test; and the boxes of all but the last
        two, the labeled people first.
    """
    numbers = json.loads(SPLIT.read_text())
    used = {one for each in numbers.values() for one in each}
    others = [n for n in range(1, len(people) + 1) if n not in used]
    sets = {
        'lspet_labeled.json': (numbers['labeled'], '1000 labeled people'),
        'lspet_val.json': (numbers['val'], '500 people for validation'),
        'lspet_test.json': (numbers['test'], '500 people for a test'),
        'lspet_pool_boxes.json': (
            numbers['labeled'] + others,
            '9000 boxes, the labeled people first, no keypoints',
        ),
    }
    return {
        name: make_dataset(
            [people[n - 1] for n in chosen],
            f'LSP Extended: {what}',
            with_joints='boxes' not in name,
        )
        for name, (chosen, what) in sets.items()
    }


def check_images(names: list[str], image_dir: Path) -> None:
    """Raise `UserError` unless every named image exists in the folder."""
    missing = [name for name in names if not (image_dir / name).is_file()]
    if missing:
        raise UserError(
            f'{image_dir} lacks {len(missing)} of {len(names)} images, the first '
            f'{missing[0]}; name the folder with --images, or use only the first '
            'persons with --count'
        )


def find_mat(root: Path) -> Path:
    """Return raw/joints.mat where it exists, else joints.mat as LSP unpacks."""
    raw = root / 'raw' / 'joints.mat'
    return raw if raw.is_file() else root / 'joints.mat'


def write_json(dataset: dict, path: Path) -> None:
    """Write the file and the folders above it.

    Raises:
        UserError: If the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(dataset))
    except OSError as error:
        raise UserError(f'{path} cannot be written ({error}); use --out') from error


def parse_args(args: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('root', type=Path, help='folder of LSP or LSP Extended, such as data/lsp')
    add('--mat', type=Path, help='default: ROOT/raw/joints.mat or ROOT/joints.mat')
    add('--images', type=Path, help='default: ROOT/images')
    add('--out', type=Path, help='folder to write to; default: ROOT/annotations')
    add(
        '--count',
        type=int,
        help='of LSP, take the first COUNT persons (1000 is its training half); '
        'default: all of joints.mat',
    )
    return parser.parse_args(args)


def choose_people(joints: np.ndarray, count: int | None, extended: bool) -> np.ndarray:
    """Return those to write.

    Raises:
        UserError: If there are not that many, or not the 10,000 that the split of
            LSP Extended needs.
    """
    if extended and (count is not None or len(joints) != LSPET_PEOPLE):
        raise UserError(
            f'The split of LSP Extended needs all {LSPET_PEOPLE} people, and '
            f'joints.mat has {len(joints)}; use the whole data set without --count'
        )
    if count is not None and not 1 <= count <= len(joints):
        raise UserError(f'--count must be 1 to {len(joints)}, the people of joints.mat')
    return joints[:count]


def main(args: list[str] | None = None) -> None:
    """Convert, and print the paths of the results.

    Raises:
        UserError: If an input is missing or broken.
    """
    options = parse_args(args)
    joints, extended = read_joints(options.mat or find_mat(options.root))
    joints = choose_people(joints, options.count, extended)
    people = make_people(joints, options.images or options.root / 'images', extended)
    if extended:
        sets, recipe = split_extended(people), 'lspet/efflite0_lspet500_single.py'
    else:
        sets = {'lsp_train.json': make_dataset(people, DESCRIPTION, with_joints=True)}
        recipe = 'lsp/efflite0_lsp20_dual.py'
    console = Console(soft_wrap=True)
    for name, dataset in sets.items():
        path = (options.out or options.root / 'annotations') / name
        write_json(dataset, path)
        console.print(f'Wrote {len(dataset["annotations"])} persons to {path}')
    command = f'python tools/train.py configs/{recipe}'
    console.print(f'Next: {command} --data-root {options.root.parent}')


if __name__ == '__main__':
    try:
        main()
    except UserError as error:
        sys.exit(f'Error: {error}')
