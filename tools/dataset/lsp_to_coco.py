"""Make the COCO annotation file of Leeds Sports Pose from its own joints.mat.

Example::

    python tools/dataset/lsp_to_coco.py data/lsp

reads data/lsp/joints.mat (or data/lsp/raw/joints.mat) and the images
data/lsp/images/im0001.jpg, im0002.jpg, ..., and writes
data/lsp/annotations/lsp_train.json.
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


def read_joints(path: Path) -> np.ndarray:
    """Read joints.mat.

    Args:
        path (Path): MATLAB file whose variable `joints` is 3 x 14 x N: x and y in
            pixels, counted from 1, and 1 where the joint is occluded, else 0.

    Returns:
        ndarray: (N, 14, 3) in the order of `JOINTS`: x and y counted from 0, occluded.

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
    if joints.ndim != 3 or joints.shape[:2] != (3, 14):
        raise UserError(
            f"{path}: 'joints' has the shape {joints.shape}, expected (3, 14, N); "
            'use the joints.mat of LSP (LSP Extended has another layout)'
        )
    ordered = joints.transpose(2, 1, 0)[:, list(JOINTS.values())].astype(float)
    return ordered - (1, 1, 0)


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
        joints (ndarray): (14, 3): x and y in pixels counted from 0, occluded (1) or
            not (0).
        size (tuple[int, int]): Image width and height in pixels; joints and box are
            clipped to it.

    Returns:
        dict: Annotation with visibility 1 for occluded joints and 2 for visible ones.
    """
    limits = np.array(size)
    points = joints[:, :2].clip(0, limits - 1)
    low, high = points.min(0), points.max(0)
    margin = BOX_MARGIN * (high - low).max()
    low = np.maximum(low - margin, 0)
    high = np.minimum(high + margin, limits)
    box = np.concatenate([low, high - low]).round(2).tolist()
    keypoints = [
        value
        for (x, y), occluded in zip(points.round(2).tolist(), joints[:, 2], strict=True)
        for value in (x, y, 1 if occluded else 2)
    ]
    return dict(
        id=number,
        image_id=number,
        category_id=1,
        iscrowd=0,
        bbox=box,
        area=round(AREA_SHARE * box[2] * box[3], 2),
        num_keypoints=len(JOINTS),
        keypoints=keypoints,
    )


def make_dataset(joints: np.ndarray, image_dir: Path) -> dict:
    """Make the whole COCO annotation file.

    Args:
        joints (ndarray): (N, 14, 3) as `read_joints` returns it.
        image_dir (Path): Folder of im0001.jpg to imN.jpg, four digits.

    Returns:
        dict: COCO dictionary with one person per image, ids from 1.

    Raises:
        UserError: If an image is missing or unreadable.
    """
    names = [f'im{number:04d}.jpg' for number in range(1, len(joints) + 1)]
    check_images(names, image_dir)
    images, annotations = [], []
    for number, name in enumerate(track(names, 'Reading images'), start=1):
        width, height = read_size(image_dir / name)
        images.append(dict(id=number, file_name=name, width=width, height=height))
        annotations.append(make_annotation(number, joints[number - 1], (width, height)))
    person = dict(id=1, name='person', supercategory='person')
    return dict(
        info=dict(description=DESCRIPTION),
        licenses=[],
        images=images,
        annotations=annotations,
        categories=[person | dict(keypoints=list(JOINTS), skeleton=[])],
    )


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
    parser.add_argument('root', type=Path, help='folder of LSP, such as data/lsp')
    parser.add_argument(
        '--mat', type=Path, help='default: ROOT/raw/joints.mat or ROOT/joints.mat'
    )
    parser.add_argument('--images', type=Path, help='default: ROOT/images')
    parser.add_argument(
        '--out', type=Path, help='default: ROOT/annotations/lsp_train.json'
    )
    parser.add_argument(
        '--count',
        type=int,
        help='take the first COUNT persons (1000 is the training half of LSP); '
        'default: all of joints.mat',
    )
    return parser.parse_args(args)


def main(args: list[str] | None = None) -> None:
    """Convert, and print the path of the result.

    Raises:
        UserError: If an input is missing or broken.
    """
    options = parse_args(args)
    out = options.out or options.root / 'annotations' / 'lsp_train.json'
    mat = options.mat or find_mat(options.root)
    joints = read_joints(mat)
    if options.count is not None and not 1 <= options.count <= len(joints):
        raise UserError(f'--count must be 1 to {len(joints)}, the persons in {mat}')
    joints = joints[: options.count]
    write_json(make_dataset(joints, options.images or options.root / 'images'), out)
    console = Console(soft_wrap=True)
    console.print(f'Wrote {len(joints)} persons to {out}')
    console.print(
        'Next: python tools/train.py configs/lsp/efflite0_lsp100_dual.py '
        f'--data-root {options.root.parent}'
    )


if __name__ == '__main__':
    try:
        main()
    except UserError as error:
        sys.exit(f'Error: {error}')
