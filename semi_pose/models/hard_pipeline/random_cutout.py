"""Cutout: black boxes anywhere."""

from mmpose.registry import TRANSFORMS

from semi_pose.models.hard_pipeline.boxes import RandomBoxes
from semi_pose.models.hard_pipeline.hard_view import HardView


@TRANSFORMS.register_module()
class RandomCutout(RandomBoxes):
    """Black out boxes anywhere in the image (DeVries and Taylor, 2017).

    As MultiAugs (2024) uses it. Heatmaps stay as they are.

    Args:
        num_boxes (int): Boxes per image.
        half_size (tuple): Smallest and largest half side of a box, image
            pixels, both included; drawn apart for x and y.
        as_public_code (bool): Reproduce the public code, which swaps height and
            width of the image, so that nothing below y = width changes.
    """

    def __call__(self, view: HardView) -> HardView:
        """Mask the images of a hard view.

        Args:
            view (HardView): Images (S, B, C, H, W).

        Returns:
            HardView: Masked images, the same heatmaps.
        """
        covered = self.draw_covered(view.images)
        return view._replace(images=view.images.masked_fill(covered, 0))
