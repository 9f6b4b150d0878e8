"""The hard geometric transform."""

from mmpose.registry import TRANSFORMS
from torch import Tensor

from semi_pose.geometry import draw_similarity, similarity_theta, warp

from .hard_view import HardView


@TRANSFORMS.register_module()
class HardAffine:
    """Rotate and scale images and heatmaps alike (paper, Section 3.2).

    One draw a sample, shared by all students. Defaults are the public code's.

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

    def __call__(self, view: HardView) -> HardView:
        """Warp a hard view.

        Args:
            view (HardView): S students, B samples.

        Returns:
            HardView: Same shapes.
        """
        images = view.images
        rotation, scale = draw_similarity(
            images.shape[1], **self.draw, device=images.device
        )
        theta = similarity_theta(rotation, scale)
        return HardView(*(_warp_students(tensor, theta) for tensor in view))


def _warp_students(tensors: Tensor, theta: Tensor) -> Tensor:
    """Warp (S, B, C, H, W) by theta (B, 2, 3), the same for each student."""
    theta = theta.repeat(len(tensors), 1, 1)
    return warp(tensors.flatten(0, 1), theta).view(tensors.shape)
