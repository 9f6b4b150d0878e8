"""The hard geometric transform."""

import torch
from mmpose.registry import TRANSFORMS
from torch import Tensor

from semi_pose.geometry import compose_theta, draw_similarity, similarity_theta
from semi_pose.models.hard_pipeline.hard_view import HardView, warp_students


@TRANSFORMS.register_module()
class HardAffine:
    """Rotate and scale images and heatmaps alike (paper, Section 3.2).

    One draw a sample, shared by all students. Defaults are the public code's. Where
    heatmaps lie in images is a setting of the estimator (``warp_as_public_code``).

    Args:
        scale_std (float): Standard deviation of the scale about 1.
        scale_limits (tuple): Limits of the scale.
        rotation_std (float): Standard deviation of the rotation, degrees.
        rotation_limit (float): Limit of the rotation, degrees.
        rotation_prob (float): Share of samples that are rotated.
    """

    def __init__(
        self,
        scale_std: float = 0.25,
        scale_limits: tuple[float, float] = (0.75, 1.25),
        rotation_std: float = 30.0,
        rotation_limit: float = 60.0,
        rotation_prob: float = 0.8,
    ) -> None:
        self.draw = dict(
            scale_std=scale_std,
            scale_limits=tuple(scale_limits),
            rotation_std=rotation_std,
            rotation_limit=rotation_limit,
            rotation_prob=rotation_prob,
        )

    def draw_theta(self, batch_size: int, device: torch.device) -> Tensor:
        """Draw an affine matrix for each sample.

        Args:
            batch_size (int): Number of draws B.
            device (torch.device): Where to draw.

        Returns:
            Tensor: (B, 2, 3), output to input, normalized coordinates.
        """
        rotation, scale = draw_similarity(batch_size, **self.draw, device=device)
        return similarity_theta(rotation, scale)

    def __call__(self, view: HardView) -> HardView:
        """Warp a hard view.

        Args:
            view (HardView): S students, B samples.

        Returns:
            HardView: The images warped; the heatmaps are left to ``aligned()``, so that
            several warps interpolate them once.
        """
        theta = self.draw_theta(view.images.shape[1], view.images.device)
        frame = theta if view.frame is None else compose_theta(view.frame, theta)
        images = warp_students(view.images, theta)
        return view._replace(images=images, frame=frame)
