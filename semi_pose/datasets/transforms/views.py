"""Two views of one crop."""

from collections.abc import Callable, Sequence
from typing import Any

from mmengine.dataset import Compose
from mmpose.datasets.transforms import PackPoseInputs
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PackViews(PackPoseInputs):
    """Pack one crop as an easy and a hard view (Xie et al., ICCV 2021).

    The easy view is the crop as it is; the hard view is the same crop after further
    transforms. So a sample costs one decode and one crop.

    Args:
        hard (Sequence[dict or Callable]): Transforms of the hard view. They may set
            ``img`` anew but must not write into it.
        **kwargs: Arguments of MMPose's PackPoseInputs.
    """

    def __init__(self, hard: Sequence[dict | Callable], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hard = Compose(hard)

    def transform(self, results: dict) -> dict | None:
        """Pack both views.

        Args:
            results (dict): With ``img`` of shape (H, W, C).

        Returns:
            dict or None: ``inputs`` (uint8 tensors (C, H, W)) and ``data_samples``,
            each a dict of ``easy`` and ``hard``; None where a transform gave up.
        """
        # A shallow copy: results may hold the whole data set.
        hard = self.hard(dict(results))
        if hard is None:
            return None
        views = dict(easy=super().transform(results), hard=super().transform(hard))
        return {
            key: {branch: view[key] for branch, view in views.items()}
            for key in ('inputs', 'data_samples')
        }
