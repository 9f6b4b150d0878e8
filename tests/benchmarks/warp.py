"""How far a warped target lies from its joint, for each codec.

Joints are encoded, their heatmaps warped by HardAffine and decoded, and compared with
the joints that the same affine moves in pixels of the input.
"""

import argparse
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
import torch
from mmpose.codecs import UDPHeatmap
from mmpose.codecs.base import BaseKeypointCodec
from mmpose.registry import KEYPOINT_CODECS
from torch import Tensor

import semi_pose  # noqa: F401  makes MMPose importable
from semi_pose.geometry import invert_theta
from semi_pose.models import HardAffine, HardView
from semi_pose.models.hard_pipeline.redraw_targets import move_points
from semi_pose.models.heatmap_grid import codec_grid

CODECS = {
    'MSRA': dict(type='MSRAHeatmap'),
    'MSRA, DARK': dict(type='MSRAHeatmap', unbiased=True),
    'UDP': dict(type='UDPHeatmap'),
    'Megvii': dict(type='MegviiHeatmap'),
}
# Width and height of input and heatmap; sigma and the kernels that go with it.
SIZES = {
    '256x192': ((192, 256), (48, 64), 2, 11),
    '96x64': ((64, 96), (16, 24), 1, 5),
}
BORDER = 4  # heatmap pixels: joints nearer to the rim are left out
JOINTS = 17


class Errors(NamedTuple):
    """Distances of decoded joints from the true ones, input pixels."""

    mean: float
    largest: float


def main(argv: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog='python -m tests.benchmarks.warp',
        description=__doc__,
        epilog='example:\n  python -m tests.benchmarks.warp --num 100',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--num', type=int, default=200, help='crops (%(default)s)')
    print('mean and largest error in input pixels\n')
    print('| codec | input | not warped | as the public code | by the codec |')
    print('| --- | --- | --- | --- | --- |')
    for row in rows(parser.parse_args(argv).num):
        print(f'| {" | ".join(row)} |')


def rows(num: int) -> Iterator[list[str]]:
    """Yield the cells of each row of the table."""
    for (name, cfg), (size, shape) in product(CODECS.items(), SIZES.items()):
        codec = build_codec(cfg, *shape)
        grid = codec_grid(codec)
        still = HardAffine(scale_std=0, rotation_prob=0)
        errors = [
            measure(codec, still, None, num),
            measure(codec, HardAffine(), None, num),
            measure(codec, HardAffine(), grid, num),
        ]
        yield [name, size, *(f'{one.mean:.2f}, {one.largest:.2f}' for one in errors)]


def build_codec(
    cfg: dict, input_size: tuple, heatmap_size: tuple, sigma: int, kernel: int
) -> BaseKeypointCodec:
    """Build a codec; ``kernel`` is that of its blur, in heatmap pixels."""
    if cfg['type'] == 'MegviiHeatmap':
        spread = dict(kernel_size=kernel)
    else:
        spread = dict(sigma=sigma, blur_kernel_size=kernel)
    sizes = dict(input_size=input_size, heatmap_size=heatmap_size)
    return KEYPOINT_CODECS.build({**cfg, **sizes, **spread})


def measure(
    codec: BaseKeypointCodec, affine: HardAffine, grid: Tensor | None, num: int
) -> Errors:
    """Compare decoded joints with the joints that the affine moves."""
    generator = torch.manual_seed(0)
    width, height = codec.input_size
    theta = affine.draw_theta(torch.zeros(num, 1, 1, 1))
    affine.draw_theta = lambda *_: theta
    shape = num, JOINTS, 2
    joints = torch.rand(shape, generator=generator) * torch.tensor([width, height])
    images = torch.zeros(1, num, 1, height, width)
    view = affine(HardView(images, encode(codec, joints), grid=grid)).aligned()
    moved = move_points(joints, invert_theta(theta), (height, width))
    errors = (decode(codec, view.heatmaps[0]) - moved).norm(dim=-1)
    errors = errors[far_from_rim(joints, codec) & far_from_rim(moved, codec)]
    return Errors(errors.mean().item(), errors.max().item())


def encode(codec: BaseKeypointCodec, joints: Tensor) -> Tensor:
    """Draw the heatmaps (1, B, K, h, w) of joints (B, K, 2)."""
    seen = np.ones((1, joints.shape[1]), np.float32)
    maps = [codec.encode(one[None].numpy(), seen)['heatmaps'] for one in joints]
    return torch.from_numpy(np.stack(maps))[None]


def decode(codec: BaseKeypointCodec, heatmaps: Tensor) -> Tensor:
    """Find the joints (B, K, 2) that heatmaps (B, K, h, w) show, input pixels."""
    joints = np.concatenate([codec.decode(one)[0] for one in heatmaps.numpy()])
    if isinstance(codec, UDPHeatmap):
        # MMPose decodes to sizes, and encodes from distances between outer pixels.
        size = np.array(codec.input_size)
        joints = joints * (size - 1) / size
    return torch.from_numpy(joints)


def far_from_rim(points: Tensor, codec: BaseKeypointCodec) -> Tensor:
    """Say which points (B, K, 2) lie well inside the input."""
    size = torch.tensor(codec.input_size)
    border = BORDER * size / torch.tensor(codec.heatmap_size)
    return ((points > border) & (points < size - 1 - border)).all(-1)


if __name__ == '__main__':
    main()
