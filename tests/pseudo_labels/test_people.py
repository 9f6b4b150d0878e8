"""Who is labeled, and how the model sees them."""

import logging

import numpy as np
import pytest
from mmengine.config import Config
from mmpose.datasets.datasets import CocoDataset, CrowdPoseDataset
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from semi_pose.errors import UserError
from semi_pose.pseudo_labels import (
    PeopleToLabel,
    check_same_joints,
    find_categories,
    find_metainfo,
    recipe_part,
    test_set,
)

from ..helpers.coco_folder import annotation, crop_pipeline, write_coco

test_set.__test__ = False
METAINFO = parse_pose_metainfo(CocoDataset.METAINFO)
TEST_PIPELINE = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    dict(type='TopdownAffine', input_size=(12, 16)),
    dict(type='PackPoseInputs'),
]


@pytest.fixture
def recipe(tmp_path):
    """Two unlabeled sets: people 2 and 3 of the first, all 2 of the second."""
    people = [
        annotation(1, 1),
        annotation(2, 1, bbox=(50, 20, 20, 40)),
        annotation(3, 2),
    ]
    sets = []
    for name, some, indices in (('a', people, [1, 2]), ('b', people[:2], None)):
        (tmp_path / name).mkdir()
        where = write_coco(tmp_path / name, some)
        pipeline = crop_pipeline(dict(type='PackPoseInputs'))
        sets.append(
            dict(where, type='UnlabeledDataset', pipeline=pipeline, indices=indices)
        )
    unlabeled = dict(type='ConcatDataset', datasets=sets)
    labeled = dict(sets[0], type='CocoDataset')
    dataset = dict(type='SemiDataset', labeled=labeled, unlabeled=unlabeled)
    return Config(dict(train_dataloader=dict(dataset=dataset)))


def people_of(recipe, **changes):
    return PeopleToLabel(
        recipe_part(recipe, 'unlabeled'), TEST_PIPELINE, METAINFO, **changes
    )


def test_each_person_of_all_parts_in_order(recipe, tmp_path):
    people = people_of(recipe)
    entries = [people[index][0] for index in range(len(people))]
    assert entries == [
        dict(person=0, file_name='a/images/1.png', bbox=[50, 20, 20, 40]),
        dict(person=1, file_name='a/images/2.png', bbox=[10, 20, 30, 40]),
        dict(person=2, file_name='b/images/1.png', bbox=[10, 20, 30, 40]),
        dict(person=3, file_name='b/images/1.png', bbox=[50, 20, 20, 40]),
    ]
    inside = people_of(recipe, root=str(tmp_path / 'a'))
    assert inside[0][0]['file_name'] == 'images/1.png'


def test_the_test_pipeline_shows_them_without_keypoints(recipe):
    people = people_of(recipe)
    _, data = people[1]
    assert data['inputs'].shape == (3, 16, 12)
    assert (data['inputs'][:, 8, 6] == 40).all()
    sample = data['data_samples']
    assert sample.metainfo['flip_indices'] == METAINFO['flip_indices']
    assert 'keypoints' not in sample.gt_instances
    # No augmentation is left: the same crop every time.
    for _ in range(4):
        assert (people[1][1]['inputs'] == data['inputs']).all()
    np.testing.assert_allclose(sample.gt_instances.bboxes, [[10, 20, 40, 60]])


def test_a_broken_picture_is_skipped(recipe, tmp_path, caplog):
    (tmp_path / 'a' / 'images' / '2.png').write_bytes(b'no picture')
    people = people_of(recipe)
    with caplog.at_level(logging.WARNING):
        entry, data = people[1]
    assert entry['person'] == 1 and data is None
    assert people[2][1] is not None


def test_nobody(recipe):
    recipe.train_dataloader.dataset.unlabeled.datasets[1].indices = []
    with pytest.raises(UserError, match='is empty: correct its indices'):
        people_of(recipe)


def test_a_supervised_recipe(recipe):
    recipe.train_dataloader.dataset = recipe.train_dataloader.dataset.labeled
    with pytest.raises(UserError, match='trains on labels alone'):
        recipe_part(recipe, 'unlabeled')


def test_metainfo_of_wrapped_sets():
    inner = dict(type='CrowdPoseDataset', ann_file='not read')
    wrapped = dict(
        type='ConcatDataset', datasets=[dict(type='RepeatDataset', dataset=inner)]
    )
    assert find_metainfo(wrapped)['num_keypoints'] == 14
    named = dict(inner, metainfo=dict(from_file='configs/_base_/datasets/coco.py'))
    assert find_metainfo(named)['num_keypoints'] == 17


def test_categories_of_the_labeled_file(recipe, tmp_path):
    part = recipe_part(recipe, 'labeled')
    assert find_categories(part) == [dict(id=1, name='person')]
    (tmp_path / 'a' / 'boxes.json').write_text('[]')  # MPII's file is a list
    assert find_categories(part) is None
    (tmp_path / 'a' / 'boxes.json').unlink()
    assert find_categories(part) is None


def test_joints_that_differ_from_the_labels():
    crowdpose = parse_pose_metainfo(CrowdPoseDataset.METAINFO)
    check_same_joints(METAINFO, METAINFO, 'model.py', 'recipe.py')
    with pytest.raises(UserError, match='model.py has 17 joints .* recipe.py 14'):
        check_same_joints(METAINFO, crowdpose, 'model.py', 'recipe.py')
    names = dict(METAINFO['keypoint_id2name'])
    names[5], names[6] = names[6], names[5]
    swapped = dict(METAINFO, keypoint_id2name=names)
    with pytest.raises(UserError, match='right_shoulder where .* has left_shoulder'):
        check_same_joints(swapped, METAINFO, 'model.py', 'recipe.py')


def test_where_a_model_is_tested():
    loader = dict(dataset=dict(type='CocoDataset'))
    assert test_set(Config(dict(val_dataloader=loader))) == loader['dataset']
    with pytest.raises(UserError, match='no test_dataloader'):
        test_set(Config(dict()))
