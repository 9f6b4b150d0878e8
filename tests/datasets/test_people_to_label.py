"""Unlabeled people as a model is tested on them."""

import logging

import numpy as np
import pytest
from mmpose.datasets.datasets import CocoDataset
from mmpose.registry import DATASETS

from ..helpers.coco_folder import annotation, write_coco

PIPELINE = [
    dict(type='LoadImageOrSkip'),
    dict(type='GetBBoxCenterScale'),
    dict(type='TopdownAffine', input_size=(12, 16)),
    dict(type='PackPoseInputs'),
]


@pytest.fixture
def people(tmp_path):
    """People 2 and 3 of one set and both of another."""
    found = [annotation(1, 1), annotation(2, 1, bbox=(50, 20, 20, 40))]
    sets = []
    for name, more, indices in (('a', [annotation(3, 2)], [1, 2]), ('b', [], None)):
        (tmp_path / name).mkdir()
        where = write_coco(tmp_path / name, found + more)
        sets.append(dict(where, type='UnlabeledDataset', indices=indices))
    return DATASETS.build(
        dict(
            type='PeopleToLabel',
            metainfo=CocoDataset.METAINFO,
            datasets=[dict(type='ConcatDataset', datasets=sets)],
            pipeline=PIPELINE,
        )
    )


def described(sample, folder):
    meta = sample['data_samples'].metainfo
    box = sample['data_samples'].gt_instances.bboxes[0].tolist()
    return meta['id'], str(meta['img_path']).removeprefix(f'{folder}/'), box


def test_each_person_of_all_parts_in_order(people, tmp_path):
    assert [described(people[index], tmp_path) for index in range(len(people))] == [
        (0, 'a/images/1.png', [50, 20, 70, 60]),
        (1, 'a/images/2.png', [10, 20, 40, 60]),
        (2, 'b/images/1.png', [10, 20, 40, 60]),
        (3, 'b/images/1.png', [50, 20, 70, 60]),
    ]


def test_the_pipeline_shows_them_without_keypoints(people):
    sample = people[1]
    assert sample['inputs'].shape == (3, 16, 12)
    assert (sample['inputs'][:, 8, 6] == 40).all()
    assert 'keypoints' not in sample['data_samples'].gt_instances
    flip_indices = sample['data_samples'].metainfo['flip_indices']
    assert flip_indices == people.metainfo['flip_indices']
    assert flip_indices[:3] == [0, 2, 1]  # nose and eyes


def test_another_person_comes_for_a_broken_picture(people, tmp_path, caplog):
    (tmp_path / 'a' / 'images' / '2.png').write_bytes(b'no picture')
    with caplog.at_level(logging.WARNING):
        numbers = {people[1]['data_samples'].id for _ in range(40)}
    assert numbers == {0, 2, 3}
    np.testing.assert_array_equal(people[2]['inputs'][:, 8, 6], [20, 20, 20])
