"""Files are read once, and MMPose's data sets are given what they would read."""

import json
from unittest.mock import patch

import numpy as np
import pytest
from mmpose.evaluation import CocoMetric
from mmpose.registry import DATASETS

from semi_pose.datasets import SemiDataset, annotation_files, load_coco, shared_files
from semi_pose.datasets.annotation_check import Use, uses_in
from semi_pose.datasets.coco_file import load_json
from tests.helpers.coco_folder import annotation, write_coco


@pytest.fixture
def source(tmp_path) -> dict:
    """People of whom MMPose leaves some out, in another order than their images."""
    rng = np.random.default_rng(0)
    annotations = []
    for number in range(1, 31):
        fields = [
            dict(),
            dict(iscrowd=1),
            dict(num_keypoints=0, keypoints=[0] * 51),
            dict(bbox=[99, 10, 20, 20]),
            dict(bbox=[10, 10, 0, 20]),
        ][rng.integers(5)]
        annotations.append(annotation(number, int(rng.integers(1, 9)), **fields))
    return write_coco(tmp_path, annotations, num_images=8)


@pytest.mark.parametrize('number', [1, 3, 100])
def test_the_first_people_are_those_of_the_whole_file(source, number):
    config = dict(type='CocoDataset', **source)
    whole = DATASETS.build(config)
    config.update(indices=number)
    with shared_files(uses_in(config)):
        first = DATASETS.build(config)
    taken = min(number, len(whole))
    assert len(first) == taken and len(whole) > 3
    for index in range(taken):
        one, other = first.get_data_info(index), whole.get_data_info(index)
        assert one['id'] == other['id']
        for key in ('bbox', 'keypoints', 'keypoints_visible'):
            np.testing.assert_array_equal(one[key], other[key])


def test_only_the_first_people_are_parsed(source):
    config = dict(type='CocoDataset', **source, indices=1)
    parse = 'mmpose.datasets.CocoDataset.parse_data_info'
    with shared_files(uses_in(config)), patch(parse, return_value=None) as parsed:
        DATASETS.build(dict(config, lazy_init=True)).load_data_list()
    assert 0 < parsed.call_count < 15


def test_a_set_for_testing_is_never_cut(source):
    config = dict(type='CocoDataset', **source, indices=1, test_mode=True)
    ((path, use),) = uses_in(config)
    assert use.first is None


def test_a_file_of_several_sets_and_metrics_is_read_once(source):
    labeled = dict(type='CocoDataset', pipeline=[], **source)
    unlabeled = dict(type='UnlabeledDataset', **source)
    path = f'{source["data_root"]}/{source["ann_file"]}'
    metric = dict(type='CocoMetric', ann_file=path)
    reads = []

    def read(path):
        reads.append(path)
        return load_json(path)

    files = shared_files(uses_in([labeled, unlabeled, metric]))
    with patch.object(annotation_files, 'load_json', read), files:
        SemiDataset(labeled, unlabeled)
        CocoMetric(ann_file=path).coco.anns[1]['area'] = 7
        assert CocoMetric(ann_file=path).coco.anns[1]['area'] == 600
    assert reads == [path]


def test_mmpose_reads_as_ever_afterwards(source, tmp_path):
    with pytest.raises(RuntimeError), shared_files([]):
        raise RuntimeError
    path = tmp_path / 'boxes.json'
    content = json.loads(path.read_text())
    content['annotations'][0]['num_keypoints'] = 3
    path.write_text(json.dumps(content))
    assert CocoMetric(ann_file=str(path)).coco.anns[1]['num_keypoints'] == 3


def test_people_without_joints_count_neither_way_in_the_metric(source, tmp_path):
    content = json.loads((tmp_path / 'boxes.json').read_text())
    del content['annotations'][0]['keypoints'], content['annotations'][0]['area']
    del content['annotations'][0]['num_keypoints']
    path = tmp_path / 'partly.json'
    path.write_text(json.dumps(content))
    with shared_files(uses_in(dict(type='CocoMetric', ann_file=str(path)))):
        person = CocoMetric(ann_file=str(path)).coco.anns[1]
    assert person['keypoints'] == [0] * 51
    assert person['num_keypoints'] == 0


def test_what_was_checked_for_boxes_is_checked_again_for_joints(tmp_path):
    write_coco(tmp_path, [annotation(1, 1, num_keypoints=0)])
    path = str(tmp_path / 'boxes.json')
    with shared_files([(path, Use(boxes=True))]):
        assert load_coco(path)['annotations'][0]['num_keypoints'] == 0
        joints = load_coco(path, Use(joints=True))
    assert joints['annotations'][0]['num_keypoints'] == 17


def test_outlines_are_left_out_and_all_else_is_kept(tmp_path):
    entry = dict(
        segmentation=[[1.5, -2, 3e1], [4, 5, 6]],
        license=3,
        name='a "segmentation": [1], \\ "b',
        bbox=[1, 2, 3, 4],
    )
    last = dict(id=2, segmentation=[[7, 8]])
    mask = dict(id=3, segmentation=dict(counts='a]"b', size=[1, 2]), iscrowd=1)
    path = tmp_path / 'a.json'
    for indent in (None, 2):
        path.write_text(json.dumps([entry, last, mask], indent=indent))
        first, *others = load_json(str(path))
        assert first == dict(name=entry['name'], bbox=[1, 2, 3, 4])
        assert others == [last, mask]
