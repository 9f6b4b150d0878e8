"""The file of pseudo labels by hand."""

import json

import numpy as np
import pytest
from mmpose.datasets.datasets import CocoDataset
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from semi_pose.errors import UserError
from semi_pose.evaluation import PseudoLabelMetric

JOINTS = dict(
    num_keypoints=3,
    keypoint_id2name={0: 'head', 1: 'hip', 2: 'foot'},
    skeleton_links=[(0, 1), (1, 2)],
)


def person(number, name='a.jpg', scores=(0.9, 0.2, 0.1)):
    """A prediction as an evaluator hands it on."""
    return dict(
        id=number,
        img_path=f'/data/images/{name}',
        ori_shape=(80, 100),
        pred_instances=dict(
            bboxes=np.array([[1, 2, 31, 42.5]], np.float32),
            keypoints=np.array([[[10.5, 20], [11, 21], [12, 22.004]]], np.float32),
            keypoint_scores=np.array([scores], np.float32),
        ),
    )


@pytest.fixture
def write(tmp_path):
    """Label people; returns the counts and the file."""

    def call(*batches, joints=JOINTS, **options):
        path = tmp_path / 'new' / 'labels.json'
        metric = PseudoLabelMetric(str(path), root='/data', **options)
        metric.dataset_meta = joints
        for batch in batches:
            metric.process(None, batch)
        counts = metric.evaluate(size=10)
        assert list(path.parent.iterdir()) == [path]
        return counts, json.loads(path.read_text())

    return call


def test_coco_by_hand(write):
    people = [
        person(2, 'b.jpg', scores=(0.1, 0.1, 0.1)),
        person(0, 'c.jpg'),
        person(1, 'b.jpg', scores=(0.9, 0.3, 0.25)),
    ]
    counts, coco = write(people[:2], people[2:], info=dict(tta=True))
    assert coco['info'] == dict(tta=True)
    assert coco['images'] == [
        dict(id=1, file_name='images/c.jpg', width=100, height=80),
        dict(id=2, file_name='images/b.jpg', width=100, height=80),
    ]
    first, second, third = coco['annotations']
    assert first == dict(
        id=1,
        image_id=1,
        category_id=1,
        iscrowd=0,
        bbox=[1.0, 2.0, 30.0, 40.5],
        area=1215.0,
        num_keypoints=2,
        keypoints=[10.5, 20.0, 2, 11.0, 21.0, 2, 0, 0, 0],
        keypoint_scores=[0.9, 0.2, 0.1],
    )
    assert (second['id'], second['image_id'], second['num_keypoints']) == (2, 2, 3)
    assert (third['id'], third['image_id'], third['num_keypoints']) == (3, 2, 0)
    assert second['keypoints'][-3:] == [12.0, 22.0, 2]
    assert third['keypoints'] == [0] * 9
    assert counts == {
        'pseudo/people': 3,
        'pseudo/joints': pytest.approx(5 / 9),
        'pseudo/empty': 1,
    }


def test_a_person_seen_twice_is_written_once(write):
    _, coco = write([person(3), person(1)], [person(3), person(0)])
    assert [one['id'] for one in coco['annotations']] == [1, 2, 3]


def test_categories(write):
    _, coco = write([person(0)], categories=[dict(id=1)])
    assert coco['categories'] == [dict(id=1)]
    # People have another number than in COCO's file.
    others = [dict(id=1, name='ball'), dict(id=4, name='human', keypoints=['head'])]
    _, coco = write([person(0)], categories=others)
    assert coco['annotations'][0]['category_id'] == 4
    _, coco = write([person(0)])
    (category,) = coco['categories']
    assert (category['id'], category['name']) == (1, 'person')
    assert category['keypoints'] == ['head', 'hip', 'foot']
    # As in COCO's own file, joints of a link count from 1.
    assert category['skeleton'] == [[1, 2], [2, 3]]


def test_other_joints(write):
    joints = parse_pose_metainfo(CocoDataset.METAINFO)
    with pytest.raises(UserError, match='predicts 3 joints, .* have 17'):
        write([person(0)], joints=joints)


def test_a_failure_leaves_the_file_that_was_there(write, tmp_path):
    _, before = write([person(0)])
    with pytest.raises(TypeError):
        write([person(1)], info=dict(broken=object()))
    (path,) = (tmp_path / 'new').iterdir()
    assert json.loads(path.read_text()) == before


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(UserError, match='cannot be written .*--out'):
        PseudoLabelMetric(str(tmp_path / 'file' / 'labels.json'))
