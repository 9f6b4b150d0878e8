"""Boxes that several transforms put on images."""

import torch
from torch import Tensor

from semi_pose.geometry import heatmap_peaks


def draw_half_sizes(centers: Tensor, limits: tuple[int, int]) -> Tensor:
    """Draw half the width and height of boxes.

    Args:
        centers (Tensor): (..., 2), whose shape and device are taken.
        limits (tuple[int, int]): Smallest and largest half side, image pixels, both
            included.

    Returns:
        Tensor: (..., 2), whole pixels, drawn apart for x and y.
    """
    return torch.randint(limits[0], limits[1] + 1, centers.shape, device=centers.device)


def draw_uniform_centers(
    images: Tensor, num_boxes: int, as_public_code: bool = False
) -> Tensor:
    """Draw box centers anywhere in an image.

    Args:
        images (Tensor): (S, B, C, H, W).
        num_boxes (int): Boxes per image, m.
        as_public_code (bool): Swap height and width, as the public code of MultiAugs.

    Returns:
        Tensor: (S, B, m, 2), (x, y), whole pixels.
    """
    height, width = images.shape[-2:]
    if as_public_code:
        height, width = width, height
    shape = (*images.shape[:2], num_boxes)
    axes = [torch.randint(n, shape, device=images.device) for n in (width, height)]
    return torch.stack(axes, -1)


def jittered_joints(
    heatmaps: Tensor, size: tuple[int, int], jitter_std: float
) -> Tensor:
    """Find the joints that heatmaps show, moved a little.

    Args:
        heatmaps (Tensor): (S, B, K, h, w).
        size (tuple[int, int]): Height and width of the images.
        jitter_std (float): Standard deviation along each axis, image pixels.

    Returns:
        Tensor: (S, B, K, 2), (x, y), whole image pixels.
    """
    x, y = heatmap_peaks(heatmaps).unbind(-1)
    (height, width), (rows, columns) = size, heatmaps.shape[-2:]
    peaks = torch.stack([x * (width / columns), y * (height / rows)], -1)
    return (peaks + jitter_std * torch.randn_like(peaks)).round()


def choose(values: Tensor, number: int) -> Tensor:
    """Pick some of the joints of each sample, with replacement.

    Args:
        values (Tensor): (S, B, K, 2).
        number (int): How many, m.

    Returns:
        Tensor: (S, B, m), numbers of joints.
    """
    shape = (*values.shape[:2], number)
    return torch.randint(values.shape[2], shape, device=values.device)


def pick(values: Tensor, joints: Tensor) -> Tensor:
    """Take the values of chosen joints.

    Args:
        values (Tensor): (S, B, K, 2).
        joints (Tensor): (S, B, m), numbers of joints.

    Returns:
        Tensor: (S, B, m, 2).
    """
    return values.gather(2, joints.unsqueeze(-1).expand(-1, -1, -1, 2))


def cover(
    centers: Tensor,
    half: Tensor,
    size: tuple[int, int],
    as_public_code: bool = False,
) -> Tensor:
    """Mark the pixels that boxes cover.

    Args:
        centers (Tensor): (S, B, m, 2), (x, y), image pixels.
        half (Tensor): (S, B, m, 2), half sizes; a box reaches from center - half to
            center + half, its end not included.
        size (tuple[int, int]): Height and width of the images.
        as_public_code (bool): Reproduce the public code of Xie et al. and MultiAugs,
            which swaps height and width when it clips boxes, so that on upright
            images nothing below y = width is covered.

    Returns:
        Tensor: (S, B, H, W), bool.
    """
    height, width = size
    columns = inside(
        width, centers[..., 0] - half[..., 0], centers[..., 0] + half[..., 0]
    )
    rows = inside(
        height, centers[..., 1] - half[..., 1], centers[..., 1] + half[..., 1]
    )
    if as_public_code:
        columns[..., height:] = False
        rows[..., width:] = False
    # Box m covers the outer product of its rows and columns.
    return torch.einsum('sbmh,sbmw->sbhw', rows.float(), columns.float()) > 0


def inside(length: int, start: Tensor, stop: Tensor) -> Tensor:
    """Mark the pixels of an axis from start to stop, the latter not included.

    Args:
        length (int): Pixels of the axis.
        start (Tensor): (...).
        stop (Tensor): (...).

    Returns:
        Tensor: (..., length), bool.
    """
    pixels = torch.arange(length, device=start.device)
    return (pixels >= start.unsqueeze(-1)) & (pixels < stop.unsqueeze(-1))


class RandomBoxes:
    """Boxes anywhere in the image, drawn separately for each student.

    Args:
        num_boxes (int): Boxes per image.
        half_size (tuple): Smallest and largest half side of a box, image
            pixels, both included; drawn separately for x and y.
        as_public_code (bool): Reproduce the public code of MultiAugs, which swaps
            height and width of the image, so that nothing below y = width changes.
    """

    def __init__(
        self,
        num_boxes: int = 5,
        half_size: tuple[int, int] = (10, 19),
        as_public_code: bool = False,
    ) -> None:
        self.num_boxes = num_boxes
        self.half_size = tuple(half_size)
        self.as_public_code = as_public_code

    def draw_covered(self, images: Tensor) -> Tensor:
        """Draw the boxes.

        Args:
            images (Tensor): (S, B, C, H, W).

        Returns:
            Tensor: (S, B, 1, H, W), bool: the pixels that boxes cover.
        """
        centers = draw_uniform_centers(images, self.num_boxes, self.as_public_code)
        half = draw_half_sizes(centers, self.half_size)
        covered = cover(centers, half, images.shape[-2:], self.as_public_code)
        return covered.unsqueeze(2)
