"""The hard geometric transform."""

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
        shear (bool): Rotate in normalized coordinates, as the public code does: crops
            that are not square are sheared, by up to 16 degrees at 192x256. False: a
            rotation keeps the shape of people.
    """

    def __init__(
        self,
        scale_std: float = 0.25,
        scale_limits: tuple[float, float] = (0.75, 1.25),
        rotation_std: float = 30.0,
        rotation_limit: float = 60.0,
        rotation_prob: float = 0.8,
        shear: bool = True,
    ) -> None:
        self.shear = shear
        self.draw = dict(
            scale_std=scale_std,
            scale_limits=tuple(scale_limits),
            rotation_std=rotation_std,
            rotation_limit=rotation_limit,
            rotation_prob=rotation_prob,
        )

    def draw_theta(self, images: Tensor) -> Tensor:
        """Draw an affine matrix for each sample.

        Args:
            images (Tensor): (B, C, H, W), what will be warped.

        Returns:
            Tensor: (B, 2, 3), output to input, normalized coordinates.
        """
        number, _, height, width = images.shape
        rotation, scale = draw_similarity(number, **self.draw, device=images.device)
        aspect = 1.0 if self.shear else height / width
        return similarity_theta(rotation, scale, aspect)

    def __call__(self, view: HardView) -> HardView:
        """Warp a hard view.

        Args:
            view (HardView): S students, B samples.

        Returns:
            HardView: The images warped; the heatmaps are left to ``aligned()``, so that
            several warps interpolate them once.
        """
        theta = self.draw_theta(view.images[0])
        frame = theta if view.frame is None else compose_theta(view.frame, theta)
        images = warp_students(view.images, theta)
        return view._replace(images=images, frame=frame)
