"""Unlabeled people as test data of a trained model."""

from mmpose.datasets import CombinedDataset
from mmpose.registry import DATASETS


@DATASETS.register_module()
class PeopleToLabel(CombinedDataset):
    """Each person of unlabeled sets once, shown by a model's test pipeline.

    A sample's ``id`` is the number of the person over all sets. A person whose picture
    cannot be read (see :class:`LoadImageOrSkip`) is replaced by another one.

    Args:
        metainfo (dict): MMPose's meta information of the model's joints.
        datasets (list[dict]): The sets, without pipelines.
        **kwargs: Further arguments of MMPose's CombinedDataset, such as ``pipeline``.
    """

    def get_data_info(self, idx: int) -> dict:
        """Return a person's record.

        Args:
            idx (int): Number of the person.

        Returns:
            dict: The record of its set, with that number as ``id``, the id in its file
            as ``ann_id``, and the model's ``flip_indices``.
        """
        record = super().get_data_info(idx)
        return dict(record, id=idx, ann_id=record.get('id'))
