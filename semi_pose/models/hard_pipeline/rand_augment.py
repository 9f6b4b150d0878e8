"""Photometric RandAugment on a batch."""

import torch
from mmpose.models import PoseDataPreprocessor
from mmpose.registry import TRANSFORMS
from torch import Tensor
from torch.nn.functional import avg_pool2d
from torchvision.transforms import functional as F
from torchvision.transforms.v2.functional import equalize

from semi_pose.models.data_preprocessor import from_rgb_pixels, to_rgb_pixels
from semi_pose.models.hard_pipeline.hard_view import HardView

MAX_MAGNITUDE = 30


def adjust_sharpness(images: Tensor, factor: float) -> Tensor:
    """Sharpen or blur images, as torchvision does.

    torchvision's copies its kernel from the host, and so waits for the device.

    Args:
        images (Tensor): uint8 of shape (..., 3, H, W).
        factor (float): 0 blurs, 1 changes nothing, 2 sharpens.

    Returns:
        Tensor: uint8 of the same shape.
    """
    pixels = images.float()
    inner = pixels[..., 1:-1, 1:-1]
    # A kernel of ones with a 5 in the middle.
    blurred = ((9 * avg_pool2d(pixels, 3, stride=1) + 4 * inner) / 13).round()
    inner.copy_(factor * inner + (1 - factor) * blurred)
    return pixels.clamp(0, 255).byte()


# All work on a batch at once; the older equalize loops over its images.
# name: (operation on images and a strength of -1 to 1, whether it is signed)
OPERATIONS = {
    'identity': (lambda images, strength: images, False),
    'autocontrast': (lambda images, strength: F.autocontrast(images), False),
    'equalize': (lambda images, strength: equalize(images), False),
    'posterize': (lambda images, s: F.posterize(images, 8 - round(4 * s)), False),
    'solarize': (lambda images, s: F.solarize(images, 255 * (1 - s)), False),
    'brightness': (lambda images, s: F.adjust_brightness(images, 1 + 0.9 * s), True),
    'color': (lambda images, s: F.adjust_saturation(images, 1 + 0.9 * s), True),
    'contrast': (lambda images, s: F.adjust_contrast(images, 1 + 0.9 * s), True),
    'sharpness': (lambda images, s: adjust_sharpness(images, 1 + 0.9 * s), True),
}


@TRANSFORMS.register_module()
class RandAugment:
    """RandAugment (Cubuk et al., 2020) without the geometric operations.

    No pixel moves, so heatmaps stay valid. The operations and their strengths are
    torchvision's; the paper's supplement (A.2) finds magnitude 20 best. Put it first:
    all students then share one augmented picture, drawn for each sample.

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
        self._preprocessor: PoseDataPreprocessor | None = None

    def attach(self, preprocessor: PoseDataPreprocessor) -> None:
        """Learn how images are normalized, since the operations work on pixels.

        Args:
            preprocessor (PoseDataPreprocessor): That of the model.
        """
        self._preprocessor = preprocessor

    def __call__(self, view: HardView) -> HardView:
        """Augment the images of a hard view.

        Args:
            view (HardView): Images (S, B, 3, H, W), normalized.

        Returns:
            HardView: The same heatmaps, and images on whole pixel values.
        """
        is_shared = view.images.stride(0) == 0  # one picture, expanded
        images = view.images[:1] if is_shared else view.images
        pixels = to_rgb_pixels(self._preprocessor, images.flatten(0, 1))
        pixels = self.augment(pixels, repeats=len(images))
        augmented = from_rgb_pixels(self._preprocessor, pixels).view(images.shape)
        return view._replace(images=augmented.expand(view.images.shape))

    def augment(self, pixels: Tensor, repeats: int = 1) -> Tensor:
        """Draw the operations of each sample, and apply them.

        Draws are made on the host, so that the device need not be waited for.

        Args:
            pixels (Tensor): (S B, 3, H, W), uint8, RGB.
            repeats (int): S students, whose samples get the same draws.

        Returns:
            Tensor: Augmented pixels, uint8 of the same shape.
        """
        shape = (self.num_ops, len(pixels) // repeats)
        numbers = torch.randint(len(OPERATIONS), shape).repeat(1, repeats)
        signs = (2 * torch.randint(2, shape) - 1).repeat(1, repeats)
        for number, sign in zip(numbers, signs, strict=True):
            pixels = self._apply_round(pixels, number, sign)
        return pixels

    def _apply_round(self, pixels: Tensor, numbers: Tensor, signs: Tensor) -> Tensor:
        result = torch.empty_like(pixels)
        for number, name in enumerate(OPERATIONS):
            for sign in (1, -1):
                chosen = ((numbers == number) & (signs == sign)).nonzero()[:, 0]
                if not len(chosen):
                    continue
                chosen = chosen.to(pixels.device, non_blocking=True)
                part = apply_operation(name, pixels[chosen], self.magnitude, sign)
                result[chosen] = part
        return result


def apply_operation(name: str, images: Tensor, magnitude: int, sign: int = 1) -> Tensor:
    """Apply one operation.

    Args:
        name (str): A key of ``OPERATIONS``.
        images (Tensor): uint8 of shape (..., 3, H, W), RGB.
        magnitude (int): 0 to 30.
        sign (int): 1 or -1; only the signed operations heed it.

    Returns:
        Tensor: The new images, uint8 of the same shape.
    """
    operation, signed = OPERATIONS[name]
    strength = magnitude / MAX_MAGNITUDE
    return operation(images, strength * sign if signed else strength)
