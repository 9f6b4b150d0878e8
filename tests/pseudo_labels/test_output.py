"""The files: partial labels that survive, and the COCO file by hand."""

import json

import pytest
from mmpose.datasets.datasets import CocoDataset
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from semi_pose.errors import UserError
from semi_pose.pseudo_labels import PartialLabels, person_category, to_coco, write_json

OPTIONS = dict(checkpoint='best.pth', scales=[0.8, 1.0])
METAINFO = parse_pose_metainfo(CocoDataset.METAINFO)


def person(number, name='a.jpg', scores=(0.9, 0.2, 0.1)):
    return dict(
        person=number,
        file_name=name,
        bbox=[1.0, 2.0, 30.0, 40.5],
        width=100,
        height=80,
        keypoints=[[10.5, 20.0], [11.0, 21.0], [12.0, 22.0]],
        keypoint_scores=list(scores),
    )


def test_partial_labels_go_on(tmp_path):
    path = tmp_path / 'new' / 'labels.json.partial'
    first = PartialLabels(path, OPTIONS)
    first.append([person(0), person(1)])
    first.append([person(2)])
    assert PartialLabels(path, OPTIONS).people == [person(0), person(1), person(2)]


def test_a_line_that_was_cut_off_is_dropped(tmp_path):
    path = tmp_path / 'labels.json.partial'
    PartialLabels(path, OPTIONS).append([person(0), person(1)])
    path.write_bytes(path.read_bytes()[:-20])
    again = PartialLabels(path, OPTIONS)
    assert again.people == [person(0)]
    again.append([person(1)])
    assert PartialLabels(path, OPTIONS).people == [person(0), person(1)]


def test_a_header_that_was_cut_off(tmp_path):
    path = tmp_path / 'labels.json.partial'
    path.write_text(json.dumps(OPTIONS)[:10])
    PartialLabels(path, OPTIONS).append([person(0)])
    assert PartialLabels(path, OPTIONS).people == [person(0)]


def test_other_options_and_broken_files(tmp_path):
    path = tmp_path / 'labels.json.partial'
    PartialLabels(path, OPTIONS)
    with pytest.raises(UserError, match=r'scales=\[0.8, 1.0\], now it is None.*fresh'):
        PartialLabels(path, dict(OPTIONS, scales=None))
    path.write_text('{}\n{"person": \n')
    with pytest.raises(UserError, match='is broken .*--fresh'):
        PartialLabels(path, OPTIONS)
    with pytest.raises(UserError, match='cannot be written .*--out'):
        PartialLabels(path / 'below', OPTIONS)


def test_coco_by_hand():
    people = [
        person(2, 'b.jpg', scores=(0.1, 0.1, 0.1)),
        person(0, 'c.jpg'),
        person(1, 'b.jpg', scores=(0.9, 0.3, 0.2)),
    ]
    coco = to_coco(people, 0.2, [dict(id=1)], OPTIONS)
    assert coco['info'] == OPTIONS
    assert coco['images'] == [
        dict(id=1, file_name='c.jpg', width=100, height=80),
        dict(id=2, file_name='b.jpg', width=100, height=80),
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
    assert third['keypoints'] == [0] * 9
    assert coco['categories'] == [dict(id=1)]


def test_joints_in_the_form_of_coco():
    category = person_category(METAINFO)
    assert category['id'] == 1
    assert category['keypoints'][:3] == ['nose', 'left_eye', 'right_eye']
    # As in COCO's own file, joints of a link count from 1: ankle to knee.
    assert category['skeleton'][0] == [16, 14]


def test_no_labels_at_all():
    with pytest.raises(UserError, match='Nobody has a picture that can be read'):
        to_coco([], 0.2, [], {})


def test_writing_replaces_the_file_as_a_whole(tmp_path):
    path = tmp_path / 'labels.json'
    path.write_text('old')
    with pytest.raises(TypeError):
        write_json(dict(broken=object()), path)
    assert path.read_text() == 'old'
    write_json(dict(images=[]), path)
    assert json.loads(path.read_text()) == dict(images=[])
    assert list(tmp_path.iterdir()) == [path]
