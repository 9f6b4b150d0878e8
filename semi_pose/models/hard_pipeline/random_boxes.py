"""Boxes at random places: Cutout and CutMix."""

import torch
from mmpose.registry import TRANSFORMS
from torch import Tensor

from .boxes import cover, draw_half_sizes, draw_uniform_centers
from .hard_view import HardView


class _RandomBoxes:
    """What both have in common: where the boxes lie."""

    def __init__(
        self,
        num_boxes: int,
        half_size: tuple[int, int],
        as_public_code: bool,
    ) -> None:
        self.num_boxes = num_boxes
        self.half_size = tuple(half_size)
        self.as_public_code = as_public_code

    def _draw_covered(self, images: Tensor) -> Tensor:
        """Draw boxes (S, B, 1, H, W), bool, apart for each student."""
        centers = draw_uniform_centers(images, self.num_boxes, self.as_public_code)
        half = draw_half_sizes(centers, self.half_size)
        covered = cover(centers, half, images.shape[-2:], self.as_public_code)
        return covered.unsqueeze(2)


@TRANSFORMS.register_module()
class RandomCutout(_RandomBoxes):
    """Black out boxes anywhere in the image (DeVries and Taylor, 2017).

    As MultiAugs (2024) uses it. Heatmaps stay as they are.

    Args:
        num_boxes (int): Boxes per image.
        half_size (tuple): Smallest and largest half side of a box, image
            pixels, both included; drawn apart for x and y.
        as_public_code (bool): Reproduce the public code, which swaps height and
            width of the image, so that nothing below y = width changes.
    """

    def __init__(
        self,
        num_boxes: int = 5,
        half_size: tuple[int, int] = (10, 19),
        as_public_code: bool = False,
    ) -> None:
        super().__init__(num_boxes, half_size, as_public_code)

    def __call__(self, view: HardView) -> HardView:
        """Mask the images of a hard view.

        Args:
            view (HardView): Images (S, B, C, H, W).

        Returns:
            HardView: Masked images, the same heatmaps.
        """
        covered = self._draw_covered(view.images)
        return view._replace(images=view.images.masked_fill(covered, 0))


@TRANSFORMS.register_module()
class RandomCutMix(_RandomBoxes):
    """Show another image of the batch in boxes (Yun et al., ICCV 2019).

    As MultiAugs (2024) uses it: heatmaps stay as they are.

    Args:
        num_boxes (int): Boxes per image; all show the same other image.
        half_size (tuple): See :class:`RandomCutout`.
        as_public_code (bool): See :class:`RandomCutout`.
    """

    def __init__(
        self,
        num_boxes: int = 2,
        half_size: tuple[int, int] = (10, 19),
        as_public_code: bool = False,
    ) -> None:
        super().__init__(num_boxes, half_size, as_public_code)

    def __call__(self, view: HardView) -> HardView:
        """Mix the images of a hard view.

        Args:
            view (HardView): Images (S, B, C, H, W).

        Returns:
            HardView: Mixed images, the same heatmaps.
        """
        images = view.images
        # One permutation of the batch for each student.
        order = torch.rand(images.shape[:2], device=images.device).argsort(1)
        return view._replace(images=mix(images, self._draw_covered(images), order))


def mix(images: Tensor, covered: Tensor, sources: Tensor) -> Tensor:
    """Show other images of the batch where boxes lie.

    Args:
        images (Tensor): (S, B, C, H, W).
        covered (Tensor): (S, B, 1, H, W), bool.
        sources (Tensor): (S, B), number of the other image.

    Returns:
        Tensor: (S, B, C, H, W).
    """
    students = torch.arange(len(images), device=images.device).unsqueeze(1)
    return torch.where(covered, images[students, sources], images)
