"""CutMix: boxes of another image anywhere."""

from typing import Any

import torch
from mmpose.registry import TRANSFORMS
from torch import Tensor

from semi_pose.models.hard_pipeline.boxes import RandomBoxes
from semi_pose.models.hard_pipeline.hard_view import HardView


@TRANSFORMS.register_module()
class RandomCutMix(RandomBoxes):
    """Show another image of the batch in boxes (Yun et al., ICCV 2019).

    As MultiAugs (2024) uses it: heatmaps stay as they are.

    Args:
        num_boxes (int): Boxes per image; all show the same other image.
        half_size (tuple): See :class:`RandomCutout`.
        as_public_code (bool): See :class:`RandomCutout`.
    """

    def __init__(self, num_boxes: int = 2, **kwargs: Any) -> None:
        super().__init__(num_boxes, **kwargs)

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
        return view._replace(images=mix(images, self.draw_covered(images), order))


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
