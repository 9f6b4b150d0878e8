"""mmcv-lite instead of the full mmcv, whose compiled ops MMPose imports."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

import torch
import torchvision
from torch import Tensor

from semi_pose.errors import UserError


class MissingOpError(UserError):
    """A compiled op of the full mmcv was called under mmcv-lite."""


def import_mmcv_ops() -> None:
    """Import `mmcv.ops`, whose modules bind the compiled ops at import.

    mmpose.models and mmdet use compiled ops only through `mmcv.ops`. The replacement
    is removed right away, since MMEngine asks for its spec later. In it, torchvision
    does what detectors need: non-maximum suppression and RoIAlign.

    Raises:
        UserError: If neither mmcv nor mmcv-lite is installed.
    """
    if importlib.util.find_spec('mmcv') is None:
        raise UserError(
            'MMPose needs mmcv, which is not installed: `pip install '
            '"mmcv-lite>=2.1,<2.2"`, or the full mmcv (see docs/install.md).'
        )
    if 'mmcv.ops' in sys.modules or importlib.util.find_spec('mmcv._ext'):
        return
    sys.modules['mmcv._ext'] = _OpsStandIn('mmcv._ext')
    try:
        importlib.import_module('mmcv.ops')
    finally:
        del sys.modules['mmcv._ext']


class _OpsStandIn(ModuleType):
    """A module of what detectors need, and of other ops that cannot be called."""

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        if name.startswith('__'):
            raise AttributeError(name)

        def missing_op(*args: object, **kwargs: object) -> NoReturn:
            raise MissingOpError(
                f'The op "{name}" is compiled code of the full mmcv, and only '
                'mmcv-lite is installed. Replace it: `pip uninstall mmcv-lite`, '
                'then `pip install openmim` and `mim install "mmcv>=2.1,<2.2"` '
                '(see docs/install.md).'
            )

        return missing_op

    @staticmethod
    def nms(
        bboxes: Tensor, scores: Tensor, iou_threshold: float, offset: int = 0
    ) -> Tensor:
        """Suppress boxes by torchvision.

        Args:
            bboxes (Tensor): (N, 4): x1, y1, x2, y2.
            scores (Tensor): (N,).
            iou_threshold (float): Boxes that overlap a better one by more are left out.
            offset (int): 1 if x2 and y2 are the last pixels inside, else 0.

        Returns:
            Tensor: (M,): indices of the boxes that stay, the best first.
        """
        # A side of x2 - x1 + 1 is that of a box whose x2 is 1 greater.
        wide = bboxes + bboxes.new_tensor([0, 0, offset, offset])
        # mmcv compares with a float32, torchvision with a float64.
        threshold = torch.tensor(iou_threshold, dtype=torch.float32).item()
        return torchvision.ops.nms(wide, scores, threshold)

    @staticmethod
    def roi_align_forward(
        features: Tensor,
        rois: Tensor,
        output: Tensor,
        argmax_y: Tensor,
        argmax_x: Tensor,
        *,
        aligned_height: int,
        aligned_width: int,
        pool_mode: int,
        **options: Any,
    ) -> None:
        """Average features in boxes by torchvision.

        Args:
            features (Tensor): (B, C, H, W).
            rois (Tensor): (N, 5): number of the image, x1, y1, x2, y2.
            output (Tensor): (N, C, h, w), written in place.
            argmax_y (Tensor): Not used: of the maximum.
            argmax_x (Tensor): Not used: of the maximum.
            aligned_height (int): h.
            aligned_width (int): w.
            pool_mode (int): 1 is the average; torchvision has no maximum.
            **options (Any): ``spatial_scale``, ``sampling_ratio`` and ``aligned``.

        Raises:
            MissingOpError: For the maximum.
        """
        if pool_mode != 1:
            raise MissingOpError(
                'RoIAlign with pool_mode="max" needs the full mmcv, and only '
                'mmcv-lite is installed (see docs/install.md).'
            )
        size = aligned_height, aligned_width
        output.copy_(torchvision.ops.roi_align(features, rois, size, **options))
