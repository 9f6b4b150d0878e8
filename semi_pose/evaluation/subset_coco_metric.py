"""COCO metrics on a part of an annotation file."""

from mmpose.evaluation import CocoMetric
from mmpose.registry import METRICS


@METRICS.register_module()
class SubsetCocoMetric(CocoMetric):
    """CocoMetric on only the instances of the validation set.

    CocoMetric compares with the whole annotation file, so people left out by
    ``indices`` would count as missed. This one takes the ground truth from
    the samples. Arguments are CocoMetric's; leave out ``ann_file``.
    """

    @property
    def dataset_meta(self) -> dict | None:
        """dict, optional: Meta information of the data set."""
        return self._dataset_meta

    @dataset_meta.setter
    def dataset_meta(self, dataset_meta: dict) -> None:
        self._dataset_meta = dataset_meta
