"""From a recipe and a model's config to the run that labels."""

import pytest
from mmengine.config import Config
from mmpose.datasets.datasets import CocoDataset, CrowdPoseDataset
from mmpose.registry import DATASETS

from semi_pose.errors import UserError
from semi_pose.recipes.pseudo_labels import (
    People,
    check_same_joints,
    find_metainfo,
    labeling_config,
    recipe_people,
)

from ..helpers.coco_folder import annotation, crop_pipeline, write_coco

COCO, CROWDPOSE = CocoDataset.METAINFO, CrowdPoseDataset.METAINFO


@pytest.fixture
def recipe(tmp_path):
    """A recipe of two unlabeled sets, written by its caller."""
    pipeline = crop_pipeline(dict(type='PackPoseInputs'))
    sets = []
    for name in 'ab':
        (tmp_path / name).mkdir()
        where = write_coco(tmp_path / name, [annotation(1, 1)])
        sets.append(dict(where, type='UnlabeledDataset', pipeline=pipeline))
    dataset = dict(
        type='SemiDataset',
        labeled=dict(sets[0], type='CocoDataset'),
        unlabeled=dict(type='ConcatDataset', datasets=sets),
    )
    return Config(dict(train_dataloader=dict(dataset=dataset)))


@pytest.fixture
def people(recipe, tmp_path):
    """Read the recipe as it is then."""

    def call(**options):
        recipe.dump(tmp_path / 'recipe.py')
        return recipe_people(str(tmp_path / 'recipe.py'), **options)

    return call


def test_file_names_begin_where_all_parts_lie(recipe, people, tmp_path):
    assert people().root == str(tmp_path)
    dataset = recipe.train_dataloader.dataset
    dataset.unlabeled = dataset.unlabeled.datasets[0]
    assert people().root == str(tmp_path / 'a')
    found = people(data_root=str(tmp_path / 'b'))
    assert found.root == found.dataset['data_root'] == str(tmp_path / 'b')


def test_no_augmentation_is_left(people):
    assert [part['pipeline'] for part in people().dataset['datasets']] == [[], []]


def test_a_supervised_recipe(recipe, people):
    recipe.train_dataloader.dataset = recipe.train_dataloader.dataset.labeled
    with pytest.raises(UserError, match='trains on labels alone'):
        people()


def test_categories_of_the_labeled_file(people, tmp_path):
    assert people().categories() == [dict(id=1, name='person')]
    (tmp_path / 'a' / 'boxes.json').write_text('[]')  # MPII's file is a list
    assert people().categories() is None
    (tmp_path / 'a' / 'boxes.json').unlink()
    assert people().categories() is None
    assert People(dict(), '/').categories() is None


def test_metainfo_of_wrapped_sets():
    inner = dict(type='CrowdPoseDataset', ann_file='not read')
    wrapped = dict(
        type='ConcatDataset', datasets=[dict(type='RepeatDataset', dataset=inner)]
    )
    assert find_metainfo(wrapped) == CROWDPOSE
    assert find_metainfo(dict(inner, metainfo=COCO)) == COCO


def joints(*names):
    """Meta information of joints with these names."""
    info = {
        number: dict(name=name, id=number, color=[0, 0, 0], type='', swap='')
        for number, name in enumerate(names)
    }
    ones = [1.0] * len(names)
    return dict(
        dataset_name='own',
        keypoint_info=info,
        skeleton_info={},
        joint_weights=ones,
        sigmas=ones,
    )


def test_joints_that_differ_from_the_labels():
    check_same_joints(COCO, COCO, 'model.py', 'recipe.py')
    with pytest.raises(
        UserError, match='model.py is nose, and left_shoulder in .*recipe.py'
    ):
        check_same_joints(COCO, CROWDPOSE, 'model.py', 'recipe.py')
    ours, theirs = joints('head', 'left', 'right'), joints('head', 'right', 'left')
    with pytest.raises(UserError, match='Joint 1 of model.py is left, and right in'):
        check_same_joints(ours, theirs, 'model.py', 'recipe.py')


def test_the_test_pipeline_shows_people_and_skips_broken_pictures(people):
    pipeline = [
        dict(type='LoadImage', color_type='grayscale'),
        dict(type='GetBBoxCenterScale'),
    ]
    shown = dict(type='CocoDataset', pipeline=pipeline)
    model = Config(dict(model=dict(), val_dataloader=dict(dataset=shown)))
    cfg = labeling_config(model, people(), dict(out_file='labels.json'))
    assert cfg.test_dataloader.dataset.pipeline == [
        dict(type='LoadImageOrSkip', color_type='grayscale'),
        dict(type='GetBBoxCenterScale'),
    ]
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    assert len(dataset) == 2
    assert dataset.metainfo['num_keypoints'] == 17


def test_a_model_that_is_not_tested(people):
    with pytest.raises(UserError, match='no test_dataloader'):
        labeling_config(Config(dict(model=dict())), people(), dict())
