import numpy as np
from mmpose.datasets.datasets import CocoDataset
from mmpose.registry import DATASETS

from semi_pose.active_learning import pool_numbers

from ..helpers.coco_folder import annotation, write_coco


def test_labeled_people_are_left_out_and_others_in_their_pictures_not(tmp_path):
    first, second = (10, 20, 30, 40), (50, 20, 20, 40)
    found = [annotation(1, 1), annotation(2, 1, bbox=second), annotation(3, 2)]
    where = write_coco(tmp_path, found)
    people = DATASETS.build(
        dict(
            type='PeopleToLabel',
            metainfo=CocoDataset.METAINFO,
            datasets=[dict(where, type='UnlabeledDataset')],
        )
    )
    assert pool_numbers(people) == [0, 1, 2]
    # The same person, in a box of a detector.
    labeled = [annotation(7, 1, bbox=np.add(first, (2, 1, -1, 1)).tolist())]
    (tmp_path / 'labeled').mkdir()
    other = write_coco(tmp_path / 'labeled', labeled)
    other = dict(where, ann_file=str(tmp_path / 'labeled' / other['ann_file']))
    labeled = DATASETS.build(dict(other, type='CocoDataset'))
    assert pool_numbers(people, labeled) == [1, 2]
    assert pool_numbers(people, labeled, '*/2.png') == [2]
    assert people.get_data_info(2)['ann_id'] == 3
