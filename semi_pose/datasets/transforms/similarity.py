"""The paper's random scale and rotation of a person's box."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomSimilarity(BaseTransform):
    """Scale and rotate the box as Xie et al. (ICCV 2021) do for the easy view.

    MMPose's RandomBBoxTransform draws from a truncated normal distribution; the
    paper's code clips a normal one, so 32 % of the scales are at the limits.
    Multiplies ``bbox_scale`` (N, 2) and sets ``bbox_rotation`` (N,), in degrees, as
    TopdownAffine reads them: a larger scale shows a smaller person, and a positive
    rotation turns the person counterclockwise as seen.

    Args:
        scale_std (float): Standard deviation of the scale factor, of mean 1.
        scale_limits (tuple[float, float]): The factor is clipped to these.
        rotation_std (float): Standard deviation of the rotation in degrees.
        rotation_limit (float): The rotation is clipped to plus and minus this.
        rotation_prob (float): Probability of a rotation.
    """

    def __init__(
        self,
        scale_std: float = 0.25,
        scale_limits: tuple[float, float] = (0.75, 1.25),
        rotation_std: float = 30.0,
        rotation_limit: float = 60.0,
        rotation_prob: float = 0.6,
    ) -> None:
        self.scale_std = scale_std
        self.scale_limits = tuple(scale_limits)
        self.rotation_std = rotation_std
        self.rotation_limit = rotation_limit
        self.rotation_prob = rotation_prob

    def draw(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw scale factors and rotations.

        Args:
            number (int): How many boxes, N.

        Returns:
            tuple[np.ndarray, np.ndarray]: Factors (N,) and degrees (N,), float32.
        """
        scale = np.random.normal(1.0, self.scale_std, number)
        rotation = np.random.normal(0.0, self.rotation_std, number)
        rotated = np.random.rand(number) < self.rotation_prob
        limit = self.rotation_limit
        rotation = np.where(rotated, np.clip(rotation, -limit, limit), 0.0)
        scale = np.clip(scale, *self.scale_limits)
        return scale.astype(np.float32), rotation.astype(np.float32)

    def transform(self, results: dict) -> dict:
        """Scale and rotate the boxes.

        Args:
            results (dict): With ``bbox_scale`` of shape (N, 2), in pixels.

        Returns:
            dict: The same, with ``bbox_scale`` and ``bbox_rotation`` set.
        """
        scale, rotation = self.draw(len(results['bbox_scale']))
        results['bbox_scale'] = results['bbox_scale'] * scale[:, None]
        results['bbox_rotation'] = rotation
        return results
