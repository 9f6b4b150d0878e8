import json

import cv2
import numpy as np
import pytest
from mmpose.datasets import CocoDataset
from mmpose.registry import DATASETS
from PIL import Image, ImageFile

from semi_pose.datasets import SemiDataset, UnlabeledDataset
from semi_pose.engine.checks import check_overlap
from semi_pose.errors import UserError
from tests.helpers.coco_folder import annotation, crop_pipeline, write_coco


@pytest.fixture
def source(tmp_path):
    annotations = [
        annotation(7, image_id=3),
        annotation(5, image_id=1, bbox=(-5, 10, 200, 20), num_keypoints=0),
        annotation(9, image_id=3, bbox=(1, 2, 3, 4)),
        annotation(2, image_id=1, iscrowd=1),
        annotation(3, image_id=1, bbox=(99, 10, 20, 20)),
        annotation(4, image_id=1, bbox=(10, 10, 0, 20)),
        annotation(6, image_id=2, category_id=18, keypoints=[]),
    ]
    return write_coco(tmp_path, annotations)


def ids(dataset):
    return [dataset.get_data_info(i)['id'] for i in range(len(dataset))]


def test_keeps_usable_boxes_in_the_order_of_cocodataset(source):
    assert ids(UnlabeledDataset(**source)) == [5, 7, 9]


def test_other_categories_can_be_named(source):
    assert ids(UnlabeledDataset(category_id=18, **source)) == [6]


def test_records_are_those_of_cocodataset_without_keypoints(tmp_path):
    fields = dict(image_id=2, num_keypoints=0, keypoints=[0] * 51)
    annotations = [annotation(7, 3), annotation(5, **fields), annotation(9, 1)]
    source = write_coco(tmp_path, annotations)
    stock = DATASETS.build(dict(type='CocoDataset', **source))
    ours = UnlabeledDataset(only_annotated=True, **source)
    assert ids(ours) == ids(stock) == [9, 7]
    for index in range(2):
        expected = stock.get_data_info(index)
        record = ours.get_data_info(index)
        for key in ('img_id', 'img_path', 'id', 'category_id', 'bbox', 'bbox_score'):
            np.testing.assert_array_equal(record[key], expected[key])
        assert record['bbox'].dtype == record['bbox_score'].dtype == np.float32
        assert not [key for key in record if 'keypoint' in key or 'ann' in key]


def test_boxes_are_clipped_to_the_picture(source):
    record = UnlabeledDataset(**source).get_data_info(0)
    np.testing.assert_array_equal(record['bbox'], [[0, 10, 99, 30]])


def test_detections_replace_the_boxes(source, tmp_path):
    detections = [
        dict(image_id=2, category_id=1, bbox=[1, 1, 9, 9], score=0.75),
        dict(image_id=2, category_id=1, bbox=[1, 1, 9, 9], score=0.25),
        dict(image_id=1, category_id=1, bbox=[2, 2, 9, 9], score=0.5),
        dict(image_id=1, category_id=3, bbox=[2, 2, 9, 9], score=0.9),
        dict(image_id=8, category_id=1, bbox=[2, 2, 9, 9], score=0.9),
    ]
    (tmp_path / 'found.json').write_text(json.dumps(detections))
    dataset = UnlabeledDataset(bbox_file='found.json', bbox_score_thr=0.5, **source)
    assert ids(dataset) == [2, 0]
    record = dataset.get_data_info(1)
    np.testing.assert_array_equal(record['bbox_score'], np.float32([0.75]))
    np.testing.assert_array_equal(record['bbox'], [[1, 1, 10, 10]])
    assert record['img_path'].endswith('images/2.png')


def test_indices_and_unserialised_records(source):
    assert ids(UnlabeledDataset(indices=2, **source)) == [5, 7]
    assert ids(UnlabeledDataset(indices=[2, 0], **source)) == [9, 5]
    assert ids(UnlabeledDataset(serialize_data=False, **source)) == [5, 7, 9]


def test_metainfo_is_parsed_as_mmpose_does(source):
    metainfo = dict(from_file='configs/_base_/datasets/coco.py')
    dataset = UnlabeledDataset(metainfo=metainfo, **source)
    assert dataset.metainfo['num_keypoints'] == 17
    assert UnlabeledDataset(**source).metainfo == {}


def test_passes_mmposes_transforms_without_a_keypoint(source):
    pipeline = crop_pipeline(dict(type='PackPoseInputs'))
    sample = UnlabeledDataset(pipeline=pipeline, **source)[1]
    assert sample['inputs'].shape == (3, 16, 12)
    data_sample = sample['data_samples']
    assert 'keypoints' not in data_sample.gt_instances
    assert not data_sample.gt_instance_labels.keys()
    assert 'gt_fields' not in data_sample
    assert data_sample.id == 7


def test_synthetic_boxes_are_all_used(synthetic_coco):
    name = 'annotations/person_keypoints_train2017.json'
    content = json.loads((synthetic_coco / name).read_text())
    prefix = dict(img='train2017')
    root = str(synthetic_coco)
    dataset = UnlabeledDataset(name, data_root=root, data_prefix=prefix)
    assert sorted(ids(dataset)) == sorted(a['id'] for a in content['annotations'])


def test_no_box_is_an_error_with_the_file(source, tmp_path):
    (tmp_path / 'found.json').write_text('[]')
    with pytest.raises(UserError, match='unlabeled set is empty: .*found.json'):
        UnlabeledDataset(bbox_file='found.json', **source)
    with pytest.raises(UserError, match='boxes.json holds no box of category 4'):
        UnlabeledDataset(category_id=4, **source)


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('{}', 'found.json is not a list'),
        ('[', 'found.json is not valid JSON'),
        (
            '[{"image_id": 1, "bbox": [1, 1, 9, 9]}]',
            'found.json: 1 detection, number 1: "score" .missing. must be a number',
        ),
    ],
)
def test_unusable_detections_are_named(source, tmp_path, content, message):
    (tmp_path / 'found.json').write_text(content)
    with pytest.raises(UserError, match=message):
        UnlabeledDataset(bbox_file='found.json', **source)


def test_missing_files_are_named(source, tmp_path):
    with pytest.raises(UserError, match='none.json'):
        UnlabeledDataset('none.json', data_root=str(tmp_path))
    with pytest.raises(UserError, match='lost.json'):
        UnlabeledDataset(bbox_file='lost.json', **source)


def test_an_annotation_without_a_box_is_named(tmp_path):
    broken = annotation(1, image_id=1)
    del broken['bbox']
    with pytest.raises(
        UserError, match='boxes.json: 1 annotation, id 1: "bbox" .missing.'
    ):
        UnlabeledDataset(**write_coco(tmp_path, [broken]))


def test_contradicting_options_are_refused(source):
    with pytest.raises(UserError, match='only_annotated'):
        UnlabeledDataset(bbox_file='found.json', only_annotated=True, **source)


def test_scored_boxes_of_the_file_can_be_left_out(tmp_path):
    annotations = [annotation(1, 1, score=0.4), annotation(2, 1, score=0.6)]
    source = write_coco(tmp_path, [*annotations, annotation(3, 1)])
    assert ids(UnlabeledDataset(bbox_score_thr=0.5, **source)) == [2, 3]
    np.testing.assert_array_equal(
        UnlabeledDataset(**source).get_data_info(0)['bbox_score'], np.float32([0.4])
    )


@pytest.fixture
def crops(tmp_path):
    """Pictures of 10 x 20, one of them turned by EXIF, one broken, one no picture."""
    folder = tmp_path / 'crops'
    (folder / 'more').mkdir(parents=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.new('RGB', (10, 20))
    picture.save(folder / 'b.jpg', exif=exif)
    picture.save(folder / 'a.JPG')
    picture.save(folder / 'more' / 'c.png')
    (folder / 'broken.png').write_bytes(b'no picture')
    (folder / 'notes.txt').write_text('no picture')
    return folder


def test_a_folder_of_crops(crops, monkeypatch):
    def decoded(*args, **kwargs):
        raise AssertionError('a picture was decoded')

    monkeypatch.setattr(ImageFile.ImageFile, 'load', decoded)
    dataset = UnlabeledDataset(data_prefix=dict(img=str(crops)))
    records = [dataset.get_data_info(i) for i in range(len(dataset))]
    names = ['a.JPG', 'b.jpg', 'more/c.png']
    assert [one['img_path'] for one in records] == [f'{crops}/{one}' for one in names]
    assert [one['img_shape'] for one in records] == [(20, 10), (10, 20), (20, 10)]
    assert [one['img_id'] for one in records] == ids(dataset) == [1, 2, 3]
    np.testing.assert_array_equal(records[1]['bbox'], [[0, 0, 19, 9]])
    monkeypatch.undo()
    for one in records:
        assert cv2.imread(one['img_path']).shape[:2] == one['img_shape']


def test_broken_crops_are_named_and_counted(crops, monkeypatch):
    said = []
    where = 'semi_pose.datasets.picture_folder.print_log'
    monkeypatch.setattr(where, lambda message, *args, **kwargs: said.append(message))
    UnlabeledDataset(data_prefix=dict(img=str(crops)))
    assert said == [f'{crops}: 1 picture cannot be read, left out: broken.png']


def test_folders_that_are_no_crops(tmp_path):
    with pytest.raises(UserError, match='no folder .*none: name the folder'):
        UnlabeledDataset(data_root=str(tmp_path), data_prefix=dict(img='none'))
    with pytest.raises(UserError, match='holds no picture'):
        UnlabeledDataset(data_prefix=dict(img=str(tmp_path)))
    (tmp_path / 'broken.png').touch()
    with pytest.raises(UserError, match=f'empty: {tmp_path} holds no box'):
        UnlabeledDataset(data_prefix=dict(img=str(tmp_path)))
    empty = dict(
        type='UnlabeledDataset', data_prefix=dict(img=str(tmp_path)), indices=[]
    )
    Image.new('L', (9, 9)).save(tmp_path / 'good.png')
    with pytest.raises(UserError, match=f'unlabeled set is empty: .* in {tmp_path}'):
        SemiDataset(DATASETS.build(dict(empty, indices=None)), empty)
    with pytest.raises(UserError, match='add ann_file'):
        UnlabeledDataset(bbox_file='found.json')


@pytest.fixture
def mixture(source, crops):
    """Two folders and a COCO file as one unlabeled set."""
    pipeline = crop_pipeline(dict(type='PackPoseInputs'))
    more = dict(type='UnlabeledDataset', pipeline=pipeline)
    folder = dict(more, data_prefix=dict(img=str(crops)))
    parts = [dict(folder, indices=2), dict(more, **source), dict(folder, indices=[2])]
    return dict(type='ConcatDataset', datasets=parts)


def test_folders_and_files_mix(source, mixture, tmp_path):
    write_coco(tmp_path, [annotation(1, image_id=1)])
    labeled = dict(
        source, type='CocoDataset', pipeline=mixture['datasets'][0]['pipeline']
    )
    pairs = SemiDataset(labeled, mixture)
    samples = [pairs[i]['data_samples']['easy'] for i in range(len(pairs))]
    names = [one.img_path.split('/')[-1] for one in samples]
    assert names == ['a.JPG', 'b.jpg', '1.png', 'c.png']
    people = DATASETS.build(
        dict(
            type='PeopleToLabel',
            metainfo=CocoDataset.METAINFO,
            datasets=[mixture],
            pipeline=[],
        )
    )
    assert ids(people) == [0, 1, 2, 3]


def test_validation_pictures_among_crops_are_found(crops, mixture, tmp_path):
    unlabeled = DATASETS.build(mixture)
    val = DATASETS.build(
        dict(type='UnlabeledDataset', data_prefix=dict(img=str(crops)))
    )
    with pytest.raises(UserError, match=f'{crops}.* include 3 validation images'):
        check_overlap(unlabeled, val, 'error')
    (tmp_path / 'other').mkdir()
    (crops / 'a.JPG').rename(tmp_path / 'other' / 'a.JPG')
    other = dict(type='UnlabeledDataset', data_prefix=dict(img=str(tmp_path / 'other')))
    check_overlap(unlabeled, DATASETS.build(other), 'error')
    link = tmp_path / 'link'
    link.symlink_to(crops)
    linked = dict(type='UnlabeledDataset', data_prefix=dict(img=str(link)))
    with pytest.raises(UserError, match='include 2 validation images'):
        check_overlap(unlabeled, DATASETS.build(linked), 'error')
