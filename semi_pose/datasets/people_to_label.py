"""Unlabeled people as a trained model is tested on them."""

from mmpose.datasets import CombinedDataset
from mmpose.registry import DATASETS


@DATASETS.register_module()
class PeopleToLabel(CombinedDataset):
    """Each person of unlabeled sets once, shown by a model's test pipeline.

    A sample's ``id`` is the number of the person, counted through all sets. In place
    of a person whose picture cannot be read (see :class:`LoadImageOrSkip`) another
    one comes again.

    Args:
        metainfo (dict): MMPose's meta information of the model's joints.
        datasets (list[dict]): The sets, without pipelines of their own.
        **kwargs: Further arguments of MMPose's CombinedDataset, such as ``pipeline``.
    """

    def get_data_info(self, idx: int) -> dict:
        """Return a person's record.

        Args:
            idx (int): Number of the person.

        Returns:
            dict: The record of its set, with that number as ``id`` and the model's
            ``flip_indices``.
        """
        return dict(super().get_data_info(idx), id=idx)
