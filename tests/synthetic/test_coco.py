"""The written data set: bytes, COCO format, honest labels, clear errors."""

import json
from collections import Counter

import numpy as np
import pytest
from mmpose.datasets import CocoDataset
from pycocotools.coco import COCO

from semi_pose.errors import UserError
from semi_pose.synthetic import KEYPOINTS, draw_picture, write_dataset

SMALL = dict(num_train=4, num_val=2, size=(96, 128))


def contents(folder):
    files = (path for path in folder.rglob('*') if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def annotations(folder, split):
    path = folder / 'annotations' / f'person_keypoints_{split}.json'
    return json.loads(path.read_text())


@pytest.fixture(scope='module')
def people():
    """Annotations of 150 drawn pictures."""
    drawn = (draw_picture('train2017', index)[1] for index in range(150))
    people = [person for picture in drawn for person in picture]
    for person in people:
        person['keypoints'] = np.reshape(person['keypoints'], (17, 3))
    return people


def test_simple_pictures_show_one_person_who_stands_and_faces_us():
    drawn = [draw_picture('val2017', index, simple=True)[1] for index in range(150)]
    assert all(len(picture) == 1 for picture in drawn)
    joints = np.reshape([picture[0]['keypoints'] for picture in drawn], (150, 17, 3))
    nose, left, right = (
        KEYPOINTS.index(one) for one in ('nose', 'left_hip', 'right_hip')
    )
    labeled = joints[..., 2] > 0
    assert labeled[:, nose].mean() > 0.9
    # The head is above the hips, and the person's left on the picture's right.
    both = labeled[:, [nose, left, right]].all(1)
    assert (joints[both, nose, 1] < joints[both, left, 1]).all()
    assert (joints[both, left, 0] > joints[both, right, 0]).mean() > 0.95


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    first = contents(write_dataset(tmp_path / 'a', **SMALL))
    assert contents(write_dataset(tmp_path / 'b', **SMALL)) == first
    other = contents(write_dataset(tmp_path / 'c', **SMALL, seed=1))
    assert other.keys() == first.keys()
    name = 'train2017/000000000001.jpg'
    assert other[name] != first[name]


def test_pictures_of_a_set_differ(tmp_path):
    files = contents(write_dataset(tmp_path, **SMALL))
    pictures = [data for name, data in files.items() if name.endswith('.jpg')]
    assert len(set(pictures)) == 6


def test_a_larger_set_begins_with_the_smaller_one(tmp_path):
    write_dataset(tmp_path / 'small', **SMALL)
    write_dataset(tmp_path / 'large', **SMALL | dict(num_train=6))
    small, large = contents(tmp_path / 'small'), contents(tmp_path / 'large')
    for name, data in small.items():
        if name.endswith('.jpg'):
            assert large[name] == data
    few = annotations(tmp_path / 'small', 'train2017')['annotations']
    assert (
        annotations(tmp_path / 'large', 'train2017')['annotations'][: len(few)] == few
    )


@pytest.mark.parametrize(('split', 'count'), [('train2017', 24), ('val2017', 8)])
def test_cocos_api_reads_it(synthetic_coco, split, count):
    path = synthetic_coco / 'annotations' / f'person_keypoints_{split}.json'
    coco = COCO(str(path))
    assert len(coco.getImgIds()) == count
    assert coco.getCatIds(catNms=['person']) == [1]
    for image in coco.loadImgs(coco.getImgIds()):
        assert (synthetic_coco / split / image['file_name']).is_file()
        assert (image['width'], image['height']) == (192, 256)


def test_mmpose_reads_it(synthetic_coco):
    dataset = CocoDataset(
        ann_file='annotations/person_keypoints_train2017.json',
        data_root=str(synthetic_coco),
        data_prefix=dict(img='train2017/'),
    )
    written = annotations(synthetic_coco, 'train2017')['annotations']
    assert len(dataset) == len(written) >= 24
    item = dataset[0]
    assert item['keypoints'].shape == (1, 17, 2)
    expected = np.reshape(written[0]['keypoints'], (17, 3))
    np.testing.assert_allclose(item['keypoints'][0], expected[:, :2], rtol=1e-6)


def test_ids_are_unique_over_both_splits(synthetic_coco):
    both = [annotations(synthetic_coco, split) for split in ('train2017', 'val2017')]
    for kind in ('images', 'annotations'):
        ids = [entry['id'] for document in both for entry in document[kind]]
        assert len(set(ids)) == len(ids)


def test_the_document_says_what_it_is(synthetic_coco):
    document = annotations(synthetic_coco, 'train2017')
    assert 'Synthetic' in document['info']['description']
    (category,) = document['categories']
    assert category['keypoints'] == list(KEYPOINTS)
    assert len(category['skeleton']) == 19


def test_annotations_agree_with_their_keypoints(synthetic_coco):
    for person in annotations(synthetic_coco, 'train2017')['annotations']:
        x, y, visibility = np.reshape(person['keypoints'], (17, 3)).T
        assert person['num_keypoints'] == (visibility > 0).sum() > 0
        assert person['iscrowd'] == 0 and person['category_id'] == 1
        left, top, width, height = person['bbox']
        assert 0 < person['area'] <= width * height
        assert left >= 0 and top >= 0
        assert left + width <= 192 and top + height <= 256


def test_labeled_joints_lie_inside_the_picture(people):
    for person in people:
        x, y, visibility = person['keypoints'].T
        assert not person['keypoints'][visibility == 0].any()
        assert ((x >= 0) & (x <= 191) & (y >= 0) & (y <= 255)).all()


def test_boxes_contain_the_visible_joints(people):
    for person in people:
        seen = person['keypoints'][person['keypoints'][:, 2] == 2, :2]
        low = np.array(person['bbox'][:2])
        high = low + person['bbox'][2:]
        assert (seen >= low - 1).all() and (seen <= high + 1).all()


def test_people_vary(people):
    joints = np.concatenate([person['keypoints'] for person in people])
    share = Counter(joints[:, 2])
    assert 0.5 < share[2] / len(joints) < 0.85
    assert 0.1 < share[1] / len(joints) < 0.4
    assert 0.05 < share[0] / len(joints) < 0.25
    shoulders = np.stack([person['keypoints'][[5, 6]] for person in people])
    labeled = (shoulders[..., 2] > 0).all(1)
    facing = shoulders[labeled, 0, 0] > shoulders[labeled, 1, 0]
    assert 0.45 < facing.mean() < 0.8
    heights = np.array([person['bbox'][3] for person in people])
    assert heights.std() > 30
    # One to three people in each of 150 pictures.
    assert 170 < len(people) < 260


def test_faces_are_labeled_on_heads_that_show_them(people):
    keypoints = np.stack([person['keypoints'] for person in people])
    face, limbs = keypoints[:, :5, 2], keypoints[:, 5:, 2]
    assert 0.2 < (face == 0).mean() < 0.5 and (limbs == 0).mean() < 0.1
    # In sight of the nose, at least one eye is labeled, and the other way round.
    inside = (keypoints[:, 5:7, 2] > 0).all(1)
    nose, eyes = face[inside, 0] > 0, (face[inside, 1:3] > 0).any(1)
    assert (nose == eyes).mean() > 0.85


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (dict(num_train=0), '--num-train is 0'),
        (dict(num_val=-1), '--num-val is -1'),
        (dict(size=(8, 128)), '--size'),
        (dict(seed=-1), '--seed is -1'),
    ],
)
def test_bad_arguments(tmp_path, change, words):
    with pytest.raises(UserError, match=words):
        write_dataset(tmp_path, **SMALL | change)
    assert not list(tmp_path.iterdir())


def test_other_files_are_kept(tmp_path):
    other = tmp_path / 'train2017' / '000000000009.jpg'
    other.parent.mkdir()
    other.write_text('a photograph')
    with pytest.raises(UserError, match='train2017: name another folder'):
        write_dataset(tmp_path, **SMALL)
    assert list(tmp_path.iterdir()) == [other.parent]
    assert other.read_text() == 'a photograph'


def test_its_own_data_set_is_replaced(tmp_path):
    write_dataset(tmp_path, **SMALL)
    (tmp_path / 'notes.txt').write_text('mine')
    write_dataset(tmp_path, **SMALL | dict(num_train=2))
    assert len(list((tmp_path / 'train2017').iterdir())) == 2
    assert (tmp_path / 'notes.txt').read_text() == 'mine'


def test_a_file_in_the_way(tmp_path):
    path = tmp_path / 'people'
    path.write_text('')
    with pytest.raises(UserError, match='people.*name another folder'):
        write_dataset(path, **SMALL)


def test_every_picture_is_reported(tmp_path):
    calls = []
    write_dataset(tmp_path, **SMALL, on_picture=lambda: calls.append(1))
    assert len(calls) == 6
