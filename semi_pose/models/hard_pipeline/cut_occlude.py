"""Cut-Occlude: joints hidden by patches of other people's joints."""

import torch
from mmpose.registry import TRANSFORMS
from torch import Tensor

from semi_pose.models.hard_pipeline.boxes import (
    choose,
    draw_half_sizes,
    inside,
    jittered_joints,
    pick,
)
from semi_pose.models.hard_pipeline.hard_view import HardView


@TRANSFORMS.register_module()
class CutOcclude:
    """Paste patches round joints of another image over joints ("SSCO").

    From SSPCM (CVPR 2023) and MultiAugs (2024). Each image gets patches of one image
    of the batch, which may be itself: the surroundings of a joint there are moved so
    that the joint lands on a joint here. Patches are cut from the images as they were;
    later patches cover earlier ones. Heatmaps stay as they are.

    Args:
        num_patches (int): Patches per image, M; joints are drawn with replacement.
        jitter_std (float): Standard deviation by which joints are missed, image
            pixels, along each axis.
        half_size (tuple): Smallest and largest half side of a patch, image
            pixels, both included; drawn apart for x and y.
        swap_xy_as_public_code (bool): Reproduce the public code of both, which swaps x
            and y of the joints: patches lie elsewhere (11 % cover their joint instead
            of 72 %, and some are empty). The published figures were reached so.
    """

    def __init__(
        self,
        num_patches: int = 2,
        jitter_std: float = 10.0,
        half_size: tuple[int, int] = (10, 19),
        swap_xy_as_public_code: bool = False,
    ) -> None:
        self.num_patches = num_patches
        self.jitter_std = jitter_std
        self.half_size = tuple(half_size)
        self.swap_xy_as_public_code = swap_xy_as_public_code

    def __call__(self, view: HardView) -> HardView:
        """Occlude the images of a hard view.

        Args:
            view (HardView): Images (S, B, C, H, W), heatmaps (S, B, K, h, w), whose
                peaks are the joints.

        Returns:
            HardView: Occluded images, the same heatmaps.
        """
        images, heatmaps = view.images, view.aligned().heatmaps
        joints = jittered_joints(heatmaps, images.shape[-2:], self.jitter_std)
        if self.swap_xy_as_public_code:
            joints = joints.flip(-1)
        half = draw_half_sizes(joints, self.half_size)
        order = torch.randint(images.shape[1], images.shape[:2], device=images.device)
        targets, sources = (choose(joints, self.num_patches) for _ in range(2))
        return view._replace(
            images=occlude(images, joints, half, order, targets, sources)
        )


def occlude(
    images: Tensor,
    joints: Tensor,
    half: Tensor,
    order: Tensor,
    targets: Tensor,
    sources: Tensor,
) -> Tensor:
    """Paste patches over joints.

    Args:
        images (Tensor): (S, B, C, H, W).
        joints (Tensor): (S, B, K, 2), (x, y), whole image pixels.
        half (Tensor): (S, B, K, 2), half sizes of the patch round each joint.
        order (Tensor): (S, B), the image that image b gets patches of.
        targets (Tensor): (S, B, M), joints to hide.
        sources (Tensor): (S, B, M), joints of the other image to show there.

    Returns:
        Tensor: (S, B, C, H, W). A patch that reaches beyond its own image is 0.
    """
    students = torch.arange(len(images), device=images.device).unsqueeze(1)
    to = pick(joints, targets)
    came_from = pick(joints[students, order], sources)
    sizes = pick(half[students, order], sources)
    result = images
    for patch in zip(to.unbind(2), came_from.unbind(2), sizes.unbind(2), strict=True):
        result = _paste(result, images, order, *patch)
    return result


def _paste(
    result: Tensor,
    images: Tensor,
    order: Tensor,
    target: Tensor,
    source: Tensor,
    half: Tensor,
) -> Tensor:
    """Paste one patch per image; target, source and half are (S, B, 2)."""
    height, width = images.shape[-2:]

    def inside_image(points: Tensor) -> Tensor:
        # As the public code has it, the last row and column belong to no patch.
        x, y = points.unbind(-1)
        return torch.stack([x.clamp(0, width - 1), y.clamp(0, height - 1)], -1)

    # How far the patch reaches from its joint, cut off at the rim of its image.
    before = (source - inside_image(source - half)).abs()
    after = (inside_image(source + half) - source).abs()
    start, stop = inside_image(target - before), inside_image(target + after)
    columns = inside(width, start[..., 0], stop[..., 0])
    rows = inside(height, start[..., 1], stop[..., 1])
    covered = (rows.unsqueeze(-1) & columns.unsqueeze(-2)).unsqueeze(2)
    shift = target - source
    x, y = (stop - shift).unbind(-1)
    is_missing = (start < shift).any(-1) | (x > width) | (y > height)
    patch = _shifted(images, order, shift)
    patch = patch.masked_fill(is_missing[..., None, None, None], 0)
    return torch.where(covered, patch, result)


def _shifted(images: Tensor, order: Tensor, shift: Tensor) -> Tensor:
    """Take image order[s, b] moved by whole pixels (S, B, 2); its rim is repeated."""
    height, width = images.shape[-2:]
    shift = shift.long()
    columns, rows = (
        (torch.arange(length, device=images.device) - shift[..., axis, None]).clamp(
            0, length - 1
        )
        for axis, length in enumerate((width, height))
    )
    students = torch.arange(len(images), device=images.device)[:, None, None, None]
    moved = images.permute(0, 1, 3, 4, 2)[
        students, order[..., None, None], rows.unsqueeze(-1), columns.unsqueeze(-2)
    ]
    return moved.permute(0, 1, 4, 2, 3)
