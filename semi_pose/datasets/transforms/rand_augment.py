"""Photometric RandAugment."""

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS
from torch import Tensor
from torchvision.transforms import functional as F

MAX_MAGNITUDE = 30

# name: (operation on an image and a strength of -1 to 1, whether it is signed)
OPERATIONS = {
    'identity': (lambda image, strength: image, False),
    'autocontrast': (lambda image, strength: F.autocontrast(image), False),
    'equalize': (lambda image, strength: F.equalize(image), False),
    'posterize': (lambda image, s: F.posterize(image, 8 - round(4 * s)), False),
    'solarize': (lambda image, s: F.solarize(image, 255 * (1 - s)), False),
    'brightness': (lambda image, s: F.adjust_brightness(image, 1 + 0.9 * s), True),
    'color': (lambda image, s: F.adjust_saturation(image, 1 + 0.9 * s), True),
    'contrast': (lambda image, s: F.adjust_contrast(image, 1 + 0.9 * s), True),
    'sharpness': (lambda image, s: F.adjust_sharpness(image, 1 + 0.9 * s), True),
}


@TRANSFORMS.register_module()
class RandAugment(BaseTransform):
    """RandAugment (Cubuk et al., 2020) without the geometric operations.

    No pixel moves, so heatmaps stay valid. The operations and their strengths are
    torchvision's; the paper's supplement (A.2) finds magnitude 20 best.

    Args:
        num_ops (int): How many operations follow one another, drawn with
            replacement.
        magnitude (int): Strength, 0 to 30.
    """

    def __init__(self, num_ops: int = 2, magnitude: int = 20) -> None:
        if not 0 <= magnitude <= MAX_MAGNITUDE:
            raise ValueError(f'magnitude must be 0 to {MAX_MAGNITUDE}: {magnitude}')
        self.num_ops = num_ops
        self.magnitude = magnitude

    def transform(self, results: dict) -> dict:
        """Augment the image.

        Args:
            results (dict): With ``img``, uint8 of shape (H, W, 3), BGR.

        Returns:
            dict: The same, with a new array as ``img``.
        """
        # Grey values weigh the channels apart, so the operations must see RGB.
        rgb = np.ascontiguousarray(results['img'][..., ::-1])
        image = torch.from_numpy(rgb).permute(2, 0, 1)
        names = list(OPERATIONS)
        for number in np.random.randint(len(names), size=self.num_ops):
            sign = np.random.choice((-1, 1))
            image = apply_operation(names[number], image, self.magnitude, sign)
        results['img'] = np.ascontiguousarray(image.permute(1, 2, 0).numpy()[..., ::-1])
        return results


def apply_operation(name: str, image: Tensor, magnitude: int, sign: int = 1) -> Tensor:
    """Apply one operation.

    Args:
        name (str): A key of ``OPERATIONS``.
        image (Tensor): uint8 of shape (3, H, W), RGB.
        magnitude (int): 0 to 30.
        sign (int): 1 or -1; only the signed operations heed it.

    Returns:
        Tensor: The new image, uint8 of the same shape.
    """
    operation, signed = OPERATIONS[name]
    strength = magnitude / MAX_MAGNITUDE
    return operation(image, strength * sign if signed else strength)
