"""Affine draws, warps and heatmap peaks as pure tensor functions.

Coordinates are (x, y), x to the right and y down. A ``theta`` of shape
(B, 2, 3) maps *output* to *input* positions in normalized coordinates, where
(-1, -1) and (1, 1) are the outer corners of the corner pixels
(``align_corners=False``), as :func:`torch.nn.functional.affine_grid` takes it.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def similarity_theta(rotation: Tensor, scale: Tensor, aspect: float = 1.0) -> Tensor:
    """Compose rotations and scales about the center into affine matrices.

    The same matrix as ``cv2.getRotationMatrix2D((0, 0), rotation, scale)``.
    Since it maps output to input, ``scale > 1`` shrinks the picture. In
    normalized coordinates such a rotation also shears a crop that is not square,
    as it does in the public code of Xie et al. (ICCV 2021), unless ``aspect`` is that
    of the crop.

    Args:
        rotation (Tensor): (B,) degrees.
        scale (Tensor): (B,) factors > 0.
        aspect (float): Height of the crop divided by its width.

    Returns:
        Tensor: (B, 2, 3), output to input.
    """
    radians = rotation * (math.pi / 180)
    cos, sin = scale * radians.cos(), scale * radians.sin()
    zero = torch.zeros_like(cos)
    return torch.stack(
        [
            torch.stack([cos, sin * aspect, zero], -1),
            torch.stack([-sin / aspect, cos, zero], -1),
        ],
        1,
    )


def invert_theta(theta: Tensor) -> Tensor:
    """Invert affine matrices: input to output for output to input.

    Args:
        theta (Tensor): (B, 2, 3).

    Returns:
        Tensor: (B, 2, 3).
    """
    # inv_ex, as inv waits for the device to say whether it could.
    inverse = torch.linalg.inv_ex(theta[:, :, :2]).inverse
    return torch.cat([inverse, -inverse @ theta[:, :, 2:]], -1)


def compose_theta(first: Tensor, second: Tensor) -> Tensor:
    """Compose two warps into one, so that a picture is interpolated only once.

    ``warp(images, compose_theta(first, second))`` shows what
    ``warp(warp(images, first), second)`` shows, without its blur.

    Args:
        first (Tensor): (B, 2, 3), output to input.
        second (Tensor): (B, 2, 3), output to input.

    Returns:
        Tensor: (B, 2, 3), output of the second to input of the first.
    """
    linear = first[:, :, :2] @ second
    return torch.cat([linear[:, :, :2], linear[:, :, 2:] + first[:, :, 2:]], -1)


def heatmap_theta(theta: Tensor, grid: Tensor) -> Tensor:
    """Turn a warp of images into the same warp of their heatmaps.

    Args:
        theta (Tensor): (B, 2, 3), output to input, positions in images.
        grid (Tensor): (2, 2), factors and shifts of x and y that take a position in a
            heatmap to the one that it stands for in the image, normalized
            coordinates both.

    Returns:
        Tensor: (B, 2, 3), output to input, positions in heatmaps.
    """
    factor, shift = grid
    linear = theta[:, :, :2]
    moved = linear @ shift + theta[:, :, 2] - shift
    return torch.cat([linear * factor, moved.unsqueeze(-1)], -1) / factor.unsqueeze(-1)


def draw_similarity(
    batch_size: int,
    scale_std: float,
    scale_limits: tuple[float, float],
    rotation_std: float,
    rotation_limit: float,
    rotation_prob: float,
    device: torch.device | None = None,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Draw a rotation and a scale for each sample (paper, Section 3.1).

    Args:
        batch_size (int): Number of draws B.
        scale_std (float): Standard deviation of the scale about 1.
        scale_limits (tuple): Limits that the scale is clipped to.
        rotation_std (float): Standard deviation of the rotation, degrees.
        rotation_limit (float): Limit that the rotation is clipped to, degrees.
        rotation_prob (float): Share of samples that are rotated at all.
        device (torch.device, optional): Where to draw.
        generator (torch.Generator, optional): Source of randomness; torch's
            own for that device by default.

    Returns:
        tuple[Tensor, Tensor]: Rotations (B,) in degrees and scales (B,).
    """
    options = dict(device=device, generator=generator)
    scale = 1 + scale_std * torch.randn(batch_size, **options)
    rotation = rotation_std * torch.randn(batch_size, **options)
    rotated = torch.rand(batch_size, **options) < rotation_prob
    rotation = rotation.clamp(-rotation_limit, rotation_limit) * rotated
    return rotation, scale.clamp(*scale_limits)


def warp(images: Tensor, theta: Tensor) -> Tensor:
    """Warp images or heatmaps, bilinear, with zeros outside.

    Args:
        images (Tensor): (B, C, H, W).
        theta (Tensor): (B, 2, 3), output to input, normalized coordinates.

    Returns:
        Tensor: (B, C, H, W).
    """
    grid = F.affine_grid(theta.to(images), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode='zeros', align_corners=False)


def heatmap_peaks(heatmaps: Tensor) -> Tensor:
    """Find the pixel of the largest value of each heatmap.

    Args:
        heatmaps (Tensor): (..., K, h, w).

    Returns:
        Tensor: (..., K, 2), (x, y) in heatmap pixels, integer dtype.
    """
    width = heatmaps.shape[-1]
    index = heatmaps.flatten(-2).argmax(-1)
    rows = torch.div(index, width, rounding_mode='floor')
    return torch.stack([index % width, rows], -1)


def subpixel_peaks(heatmaps: Tensor) -> Tensor:
    """Find where each heatmap is largest, between its pixels.

    A parabola through the logarithms of the largest pixel and its neighbors, along x
    and along y, has its top there: exact for a Gaussian (DARK, CVPR 2020, without its
    blur).

    Args:
        heatmaps (Tensor): (..., K, h, w).

    Returns:
        Tensor: (..., K, 2), (x, y) in heatmap pixels, float. Whole where a peak has
        no neighbor on one side.
    """
    height, width = heatmaps.shape[-2:]
    values, peaks = heatmaps.flatten(-2), heatmap_peaks(heatmaps)
    x, y = peaks.unbind(-1)

    def log_at(shift: int) -> Tensor:
        index = (y * width + x + shift).clamp(0, height * width - 1)
        return values.gather(-1, index[..., None])[..., 0].clamp_min(1e-6).log()

    middle = log_at(0)

    def offset(step: int, inside: Tensor) -> Tensor:
        before, after = log_at(-step), log_at(step)
        bend = (2 * middle - before - after).clamp_min(1e-6)
        return ((after - before) / (2 * bend)).clamp(-0.5, 0.5).where(inside, 0)

    along_x = offset(1, (x > 0) & (x < width - 1))
    along_y = offset(width, (y > 0) & (y < height - 1))
    return peaks + torch.stack([along_x, along_y], -1)
