"""Each known kind of faulty annotation file, through train.py up to its data sets."""

import json
import math
import uuid
from collections.abc import Callable
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from mmengine.config import utils as config_utils
from mmpose.registry import DATASETS, METRICS

from tests.helpers import stand_ins

from .conftest import ROOT

TRAIN = 'annotations/person_keypoints_train2017.json'
VAL = 'annotations/person_keypoints_val2017.json'
NAN, INF = math.nan, math.inf
OPTIONS = ('--cfg-options', 'train_dataloader.dataset.labeled.indices=None')
OPTIONS += ('train_dataloader.dataset.unlabeled.indices=None',)


class Built(Exception):
    """The tool has built what the test wants to see."""


class Data(NamedTuple):
    """What train.py builds of its files."""

    labeled: list[dict]
    unlabeled: list[dict]
    truth: list[dict]  # of COCO's metric, on the validation file


@pytest.fixture(scope='module', autouse=True)
def _read_the_index_once():
    stock = config_utils._get_cfg_metainfo
    config_utils._get_cfg_metainfo = cache(stock)
    yield
    config_utils._get_cfg_metainfo = stock


@pytest.fixture
def people(synthetic_coco, tmp_path) -> Path:
    """A data set to spoil; its pictures are links."""
    root = tmp_path / 'people'
    (root / 'annotations').mkdir(parents=True)
    for name in ('train2017', 'val2017'):
        (root / name).symlink_to(synthetic_coco / name)
    for name in (TRAIN, VAL):
        (root / name).write_bytes((synthetic_coco / name).read_bytes())
    return root


@pytest.fixture
def train(tool, tiny_config, people, tmp_path, monkeypatch, capsys):
    """Run train.py until its data are built; returns them, and what was said."""

    def call(*options, config=tiny_config, root=people) -> tuple[Data, str]:
        data = []

        def from_cfg(cfg):
            data.append(build(cfg))
            raise Built

        monkeypatch.setattr('mmengine.runner.Runner.from_cfg', from_cfg)
        log = 'semi_pose.datasets.annotation_files.print_log'
        monkeypatch.setattr(log, lambda message, *args, **kwargs: print(message))
        where = ('--data-root', root, '--work-dir', tmp_path / 'run')
        with pytest.raises(Built):
            tool('train.py', config, *where, *(options or OPTIONS))
        return data[0], ''.join(capsys.readouterr())

    return call


@pytest.fixture
def fails(tool, tiny_config, people, tmp_path, capsys):
    """Run train.py, which ends with status 1; returns the message."""

    def call(*options, config=tiny_config, root=people, work_dir=tmp_path / 'run'):
        where = ('--data-root', root, '--work-dir', work_dir)
        with pytest.raises(SystemExit) as end:
            tool('train.py', config, *where, *(options or OPTIONS))
        assert end.value.code == 1
        return capsys.readouterr().err

    return call


@pytest.fixture(scope='module')
def expected() -> dict[str, Data]:
    """The data of the files as they were, once they are built."""
    return {}


def build(cfg) -> Data:
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    metric = METRICS.build(cfg.val_evaluator)
    both = (
        [part.get_data_info(index) for index in range(len(part))]
        for part in (dataset.labeled, dataset.unlabeled)
    )
    return Data(*both, list(metric.coco.anns.values()))


def each(coco: dict, **fields: Any) -> None:
    """Set fields of all annotations; a function is called with the annotation."""
    for one in coco['annotations']:
        for key, value in fields.items():
            one[key] = value(one) if callable(value) else value


def drop(coco: dict, entries: str, *keys: str) -> None:
    for one in coco[entries]:
        for key in keys:
            del one[key]


def person(coco: dict, number: int = 0) -> dict:
    """A person all of whose joints are labeled with v = 2, at x = 50, y = 60."""
    one = coco['annotations'][number]
    one['keypoints'] = [50, 60, 2] * 17
    one['num_keypoints'] = 17
    return one


def joint(coco: dict, *values: float, number: int = 0, place: int = 0) -> None:
    person(coco, number)['keypoints'][3 * place : 3 * place + 3] = values


def triples(one: dict) -> list:
    return np.reshape(one['keypoints'], (-1, 3)).tolist()


def scaled(coco: dict, field: str, size: int) -> None:
    """Write the x and y of a field as fractions of the picture, 192x256 all."""
    for one in coco['annotations']:
        values = np.array(one[field], float).reshape(-1, size)
        values[:, :2] /= (192, 256)
        if size == 4:
            values[:, 2:] /= (192, 256)
        one[field] = values.ravel().tolist()


def corners(one: dict) -> list:
    x, y, width, height = one['bbox']
    return [x, y, x + width, y + height]


def two_categories(coco: dict, joints: int) -> None:
    coco['categories'].append(dict(id=7, name='horse'))
    person(coco).update(category_id=7, keypoints=[50, 60, 2] * joints)


def repeat(coco: dict, entries: str) -> None:
    for one in coco[entries][3:6]:
        one['id'] = coco[entries][0]['id']


def swapped(coco: dict) -> None:
    names = coco['categories'][0]['keypoints']
    names[5], names[6] = names[6], names[5]


class Fault(NamedTuple):
    """A kind of fault: how to make it, and what is said of it."""

    change: Callable[[dict], Any]
    count: str
    field: str
    words: str
    remedy: str


def fault(change, count='1 annotation, id 10', field='keypoints', words='', remedy=''):
    return Fault(change, count, field, words, remedy)


FINITE = dict(words='is not finite', remedy='write 0, 0, 0')
BOX = dict(field='bbox', words='four numbers: x, y, width, height', remedy='take the')
PAIRS = dict(words='x, y alone', remedy='2 for a visible joint')
FAULTS = {
    'x of a labeled joint is NaN': fault(lambda c: joint(c, NAN, 60, 2), **FINITE),
    'y of a hidden joint is infinite': fault(lambda c: joint(c, 50, INF, 1), **FINITE),
    'the last joint is minus infinite': fault(
        lambda c: joint(c, -INF, 60, 2, place=16), **FINITE
    ),
    'x of a labeled joint is null': fault(lambda c: joint(c, None, 60, 2), **FINITE),
    'all labeled joints are NaN': fault(
        lambda c: each(c, keypoints=[NAN, NAN, 2] * 17), 'annotations, the', **FINITE
    ),
    'v is 3': fault(lambda c: joint(c, 5, 6, 3), words='above 2', remedy='2 for a'),
    'v is 255': fault(lambda c: joint(c, 5, 6, 255), words='above 2', remedy='2 for a'),
    'joints are fractions of the picture': fault(
        lambda c: scaled(c, 'keypoints', 3),
        *('annotations, the first', 'keypoints'),
        'fractions of the picture',
        "Multiply x by the picture's width",
    ),
    'joints are text': fault(
        lambda c: each(c, keypoints=lambda one: list(map(str, one['keypoints']))),
        *('annotations, the first', 'keypoints', 'holds text', 'as numbers'),
    ),
    'one joint is text': fault(
        lambda c: joint(c, '50', 60, 2), words='holds text', remedy='as numbers'
    ),
    'joints are one text': fault(
        lambda c: person(c).update(keypoints='50 60 2'), words='text', remedy='numbers'
    ),
    'joints are dicts': fault(
        lambda c: person(c).update(keypoints=[dict(x=1, y=2, v=2)] * 17),
        words='holds text or something else',
        remedy='as numbers',
    ),
    'joints are x, y alone': fault(
        lambda c: person(c).update(keypoints=[50, 60] * 17), **PAIRS
    ),
    'joints are pairs': fault(
        lambda c: person(c).update(keypoints=[[50, 60]] * 17), **PAIRS
    ),
    'the number of values is no multiple of 3': fault(
        lambda c: person(c)['keypoints'].pop(),
        words='has 50 numbers, no multiple of 3',
        remedy='Write x, y and v of each',
    ),
    'one person has fewer joints': fault(
        lambda c: person(c).update(keypoints=[50, 60, 2] * 14),
        words='1 person of 14',
        remedy='add the missing ones as 0, 0, 0',
    ),
    'categories have unlike numbers of joints': fault(
        lambda c: two_categories(c, 20), words='1 person of 20', remedy='by category'
    ),
    'a box is NaN': fault(
        lambda c: person(c).update(bbox=[NAN, 1, 9, 9]),
        *('1 annotation, id 10', 'bbox', 'not finite', 'Draw the box again'),
    ),
    'a box is infinite': fault(
        lambda c: person(c).update(bbox=[1, 1, INF, 9]),
        *('1 annotation, id 10', 'bbox', 'not finite', 'Draw the box again'),
    ),
    'a box is null': fault(lambda c: person(c).update(bbox=None), **BOX),
    'a box is missing': fault(lambda c: person(c).pop('bbox'), **BOX),
    'a box is empty': fault(lambda c: person(c).update(bbox=[]), **BOX),
    'a box has three numbers': fault(lambda c: person(c).update(bbox=[1, 2, 3]), **BOX),
    'a box is text': fault(lambda c: person(c).update(bbox=['1'] * 4), **BOX),
    'a box has a null': fault(lambda c: person(c).update(bbox=[1, 2, 3, None]), **BOX),
    'boxes are fractions of the picture': fault(
        lambda c: scaled(c, 'bbox', 4),
        *('annotations, the first', 'bbox', 'fraction of the picture', 'Multiply x'),
    ),
    'boxes are corners': fault(
        lambda c: each(c, bbox=corners),
        *('annotations, the first', 'bbox', 'fit as corners', 'Write x1, y1, x2 - x1'),
    ),
    'annotation ids repeat': fault(
        lambda c: repeat(c, 'annotations'),
        *('4 annotations, the first with id 10', 'id', 'repeats', 'give each its own'),
    ),
    'image ids repeat': fault(
        lambda c: repeat(c, 'images'),
        *('4 images, the first with id 1', 'id', 'repeats', 'give each its own'),
    ),
    'an image has no id': fault(
        lambda c: c['images'][2].pop('id'),
        *('1 image, number 3', 'id', 'must be a whole number', 'Give each one'),
    ),
    'an image has no name': fault(
        lambda c: c['images'][0].pop('file_name'),
        *('1 image, id 1', 'file_name', 'must name the picture', 'Add it'),
    ),
    'no picture has the name of its image': fault(
        lambda c: [one.update(file_name=f'x/{one["id"]}.jpg') for one in c['images']],
        *('24 images, the first with id 1', 'file_name', 'is not in', 'correct them'),
    ),
    'people are of no image': fault(
        lambda c: each(c, image_id=9999),
        *('annotations, the first', 'image_id', 'not among the images', 'Correct the'),
    ),
    'people name images by text': fault(
        lambda c: person(c).update(image_id='first'),
        *('1 annotation, id 10', 'image_id', 'names nothing', 'Write the id'),
    ),
    'a category is not listed': fault(
        lambda c: person(c).update(category_id=4),
        *('1 annotation, id 10', 'category_id', 'is not in the list', 'Add it there'),
    ),
}


# Training and validation files are checked alike: half of the kinds each.
@pytest.mark.parametrize(('kind', 'file'), zip(FAULTS, cycle([TRAIN, VAL])))
def test_a_fault_is_one_message(fails, people, kind, file):
    change, count, field, words, remedy = FAULTS[kind]
    if kind == 'no picture has the name of its image' and file == VAL:
        count = count.replace('24', '8')
    if file == VAL:
        coco = json.loads((people / VAL).read_text())
        for number, entries in (('id 10', 'annotations'), ('id 1', 'images')):
            if count.endswith(number):
                count = count.removesuffix(number) + f'id {coco[entries][0]["id"]}'
                break
    edit(people / file, change)
    message = fails()
    assert message.count('error: ') == 1 and 'Traceback' not in message
    (line,) = [one for one in message.splitlines() if f'"{field}"' in one]
    assert f'{people / file}: ' in line
    for part in (count, words, remedy):
        assert part in line, line


def edit(path: Path, change: Callable[[dict], Any]) -> None:
    coco = json.loads(path.read_text())
    change(coco)
    path.write_text(json.dumps(coco))


def test_several_kinds_are_said_at_once_a_line_each(fails, people):
    def spoil(coco):
        joint(coco, NAN, 60, 2)
        coco['annotations'][1]['bbox'] = None

    edit(people / TRAIN, spoil)
    lines = [one for one in fails().splitlines() if str(people / TRAIN) in one]
    assert len(lines) == 2


class Reading(NamedTuple):
    """A file that can be read in one way only: what is said, and what it gives."""

    change: Callable[[dict], Any]
    said: str
    same: bool = True  # the data are those of the file as it was


def move(coco: dict, name: Callable[[int], Any]) -> None:
    for one in coco['images']:
        one['id'] = name(one['id'])
    for one in coco['annotations']:
        one['image_id'] = name(one['image_id'])


def named(number: int) -> str:
    return str(uuid.UUID(int=number))


READINGS = {
    'image ids are text': Reading(lambda c: move(c, str), 'read as that number'),
    'image ids are uuids': Reading(lambda c: move(c, named), 'read as 1, 2, 3'),
    'image ids are fractional numbers': Reading(lambda c: move(c, float), ''),
    'annotation ids are uuids': Reading(
        lambda c: each(c, id=lambda one: named(one['id'])), 'read as 1, 2, 3'
    ),
    'annotations have no ids': Reading(lambda c: drop(c, 'annotations', 'id'), '1, 2'),
    'no sizes': Reading(
        lambda c: drop(c, 'images', 'width', 'height'), 'are read from the pictures'
    ),
    'a size is null': Reading(
        lambda c: c['images'][4].update(width=None), '1 image, id'
    ),
    'no categories': Reading(lambda c: c.pop('categories'), 'all are read as people'),
    'categories are null': Reading(
        lambda c: c.update(categories=None), 'all are read as people'
    ),
    'no category ids': Reading(lambda c: drop(c, 'annotations', 'category_id'), ''),
    'joints are triples': Reading(
        lambda c: each(c, keypoints=triples), 'read as one list'
    ),
    'no areas': Reading(lambda c: drop(c, 'annotations', 'area'), '0.53 of the box'),
    'areas are 0': Reading(lambda c: each(c, area=0), '0.53 of the box'),
    'areas are null': Reading(lambda c: each(c, area=None), '0.53 of the box'),
    'areas are NaN': Reading(lambda c: each(c, area=NAN), '0.53 of the box'),
    'no num_keypoints': Reading(
        lambda c: drop(c, 'annotations', 'num_keypoints'), 'they are counted'
    ),
    'num_keypoints are 0': Reading(
        lambda c: each(c, num_keypoints=0), 'they are counted'
    ),
    'num_keypoints are null': Reading(
        lambda c: each(c, num_keypoints=None), 'they are counted'
    ),
    'no iscrowd': Reading(lambda c: drop(c, 'annotations', 'iscrowd'), ''),
    'some people are of no image': Reading(
        lambda c: c['annotations'].append(dict(person(c), id=999, image_id=999)),
        *('left out', False),
    ),
    'joints have other names': Reading(
        lambda c: c['categories'][0].update(keypoints=list('abcdefghijklmnopq')),
        'check that they are the same',
    ),
    'a category lists some of the joints': Reading(
        lambda c: c['categories'].append(
            dict(id=2, name='upper', keypoints=names(c)[:6])
        ),
        'check that they are the same',
    ),
    'image ids are floats': Reading(
        lambda c: [
            one.update(image_id=float(one['image_id'])) for one in c['annotations']
        ],
        '',
    ),
    'joints have names in another spelling': Reading(
        lambda c: c['categories'][0].update(
            keypoints=[n.title().replace('_', ' ') for n in names(c)]
        ),
        '',
    ),
}


def names(coco: dict) -> list[str]:
    return coco['categories'][0]['keypoints']


@pytest.mark.parametrize('kind', READINGS)
def test_a_file_that_can_be_read_in_one_way_is_read_so(train, people, kind, expected):
    change, said, same = READINGS[kind]
    if 'good' not in expected:
        expected['good'], quiet = train()
        assert str(people / TRAIN) not in quiet and str(people / VAL) not in quiet
    for file in (TRAIN, VAL):
        edit(people / file, change)
    data, output = train()
    for file in (TRAIN, VAL):
        assert output.count(f'{people / file}') == (1 if said else 0), output
    assert said in output
    if same:
        check_same(data, expected['good'], kind)


def check_same(data: Data, expected: Data, kind: str) -> None:
    assert len(data.truth) == len(expected.truth) > 0
    for part in ('labeled', 'unlabeled'):
        ours, theirs = getattr(data, part), getattr(expected, part)
        assert len(ours) == len(theirs) > 10
        for one, other in zip(ours, theirs, strict=True):
            assert Path(one['img_path']).name == Path(other['img_path']).name
            for key in ('bbox', 'keypoints', 'keypoints_visible', 'category_id'):
                np.testing.assert_array_equal(one.get(key), other.get(key))
    for one, other in zip(data.truth, expected.truth, strict=True):
        x, y, width, height = one['bbox']
        area = 0.53 * width * height if 'areas' in kind else other['area']
        assert one['area'] == pytest.approx(area, rel=0.1)
        assert one['num_keypoints'] == other['num_keypoints']
        assert one['iscrowd'] == 0


@pytest.mark.parametrize('v', [-1, -2, 0.5, 1.5, NAN])
def test_joints_of_unknown_visibility_are_not_labeled(train, people, v):
    edit(people / TRAIN, lambda coco: joint(coco, 50, 60, v, place=2))
    data, output = train()
    assert 'such joints count as not labeled' in output
    (one,) = [one for one in data.labeled if one['id'] == 10]
    assert one['keypoints_visible'][0].tolist() == [1, 1, 0] + [1] * 14
    assert one['num_keypoints'] == 16


@pytest.mark.parametrize('x', [NAN, None, INF])
def test_a_joint_that_is_not_labeled_may_lie_nowhere(train, people, x):
    edit(people / TRAIN, lambda coco: joint(coco, x, x, 0, place=2))
    data, output = train()
    assert 'read as 0, 0, 0' in output
    (one,) = [one for one in data.labeled if one['id'] == 10]
    assert one['keypoints'][0, 2].tolist() == [0, 0]
    assert np.isfinite(one['keypoints']).all()


@pytest.mark.parametrize('encoding', ['utf-8-sig', 'utf-16', 'utf-16-le', 'utf-32'])
def test_other_encodings_are_read(train, people, encoding):
    for file in (TRAIN, VAL):
        text = (people / file).read_text()
        (people / file).write_bytes(text.encode(encoding))
    data, _ = train()
    assert len(data.labeled) > 10 and len(data.truth) > 3


def test_labeled_and_unlabeled_sets_take_the_same_categories(train, people):
    edit(people / TRAIN, lambda coco: two_categories(coco, 17))
    data, _ = train()
    for part in (data.labeled, data.unlabeled):
        assert {int(one['category_id']) for one in part} == {1, 7}
        assert 10 in [one['id'] for one in part]


def test_a_person_may_be_category_0(train, people):
    def rename(coco):
        coco['categories'][0]['id'] = 0
        each(coco, category_id=0)

    for file in (TRAIN, VAL):
        edit(people / file, rename)
    data, _ = train()
    assert len(data.labeled) > 10 and len(data.unlabeled) > 10


def test_joints_in_another_order_are_refused(fails, people):
    edit(people / TRAIN, swapped)
    message = fails()
    assert str(people / TRAIN) in message
    assert 'joint 6 is right_shoulder, and should be left_shoulder' in message
    assert 'Sort the joints' in message


def test_sizes_cannot_be_read_from_pictures_that_are_not_there(fails, people):
    def lose(coco):
        coco['images'][3] = dict(id=coco['images'][3]['id'], file_name='lost.jpg')

    edit(people / TRAIN, lose)
    message = fails()
    assert 'lost.jpg cannot be read to find the size' in message
    assert '1 image, id 4: "width" (missing)' in message


@pytest.mark.parametrize('name', ['coco/ap', 'AP', 'coco/PCK', "['coco/AP','loss']"])
def test_an_unknown_best_metric_is_refused_with_those_there_are(fails, name):
    key = 'default_hooks.checkpoint.save_best'
    message = fails('--cfg-options', f'{key}={name}')
    assert f'{key}=' in message and 'coco/AP, coco/AP .5, ' in message


@pytest.mark.parametrize(
    'name', ['auto', 'coco/AR', 'net2/coco/AP', 'ensemble/coco/AP']
)
def test_a_known_best_metric_is_taken(train, name):
    train('--cfg-options', f'default_hooks.checkpoint.save_best={name}')


def test_a_work_dir_that_cannot_be_written(fails, tmp_path):
    (tmp_path / 'file').write_text('')
    message = fails(work_dir=tmp_path / 'file/run')
    assert f'{tmp_path}/file/run cannot be written' in message
    assert '--work-dir' in message


# The paper's unlabeled images, with the boxes of a detector.


@pytest.fixture
def wild(synthetic_coco, tmp_path) -> Path:
    root = tmp_path / 'wild'
    root.mkdir()
    stand_ins.write_coco(root, synthetic_coco)
    return root


WILD = ROOT / 'configs/semi/res50_wild_dual.py'
BOXES = 'COCO_unlabeled2017_detections_person_faster_rcnn.json'


def test_a_list_of_images_needs_nothing_else(train, wild):
    info = wild / 'annotations/image_info_unlabeled2017.json'
    assert list(json.loads(info.read_text())) == ['images']
    data, _ = train('--cfg-options', 'randomness.seed=1', config=WILD, root=wild)
    assert len(data.unlabeled) == 2
    assert len(data.labeled) > 10


@pytest.mark.parametrize(
    ('fields', 'words'),
    [
        (dict(bbox=[NAN, 1, 9, 9]), '"bbox" ([nan, 1, 9, 9]) has numbers that are not'),
        (dict(bbox=[1, 2, 3]), '"bbox" ([1, 2, 3]) is not a list of four numbers'),
        (dict(bbox=[0.1, 0.1, 0.5, 0.5]), 'as a fraction of the picture does'),
        (dict(bbox=[50, 50, 100, 160]), 'all fit as corners'),
        (dict(image_id='x'), '"image_id" (\'x\') is missing or names nothing'),
        (dict(image_id=77), '"image_id" (77) is not among the images'),
        (dict(score=None), '"score" (None) must be a number'),
        (dict(score='0.9'), '"score" (\'0.9\') must be a number'),
    ],
)
def test_a_detectors_boxes_are_checked(fails, wild, fields, words):
    path = wild / 'person_detection_results' / BOXES
    path.write_text(json.dumps([{**stand_ins.detection(1), **fields}] * 2))
    message = fails('--cfg-options', 'randomness.seed=1', config=WILD, root=wild)
    assert f'{path}: 2 detections, the first with number 1: ' in message
    assert words in message


def test_no_box_says_where_to_loosen(fails):
    option = 'train_dataloader.dataset.unlabeled.category_id=4'
    message = fails('--cfg-options', option)
    assert 'holds no box of category 4' in message
    assert 'train_dataloader.dataset.unlabeled.category_id' in message


# One file and one folder.


@pytest.fixture
def small(synthetic_coco, tmp_path) -> Path:
    root = tmp_path / 'small'
    (root / 'annotations').mkdir(parents=True)
    (root / 'images').symlink_to(synthetic_coco / 'train2017')
    content = (synthetic_coco / TRAIN).read_bytes()
    (root / 'annotations/person_keypoints.json').write_bytes(content)
    return root


def test_a_fault_names_the_file_that_the_user_wrote(fails, small):
    path = small / 'annotations/person_keypoints.json'
    edit(path, lambda coco: joint(coco, NAN, 1, 2))
    message = fails(root=small)
    assert f'{path}: 1 annotation, id 10' in message
    assert 'splits' not in message


def test_a_note_on_the_file_is_said_once(train, small):
    path = small / 'annotations/person_keypoints.json'
    edit(path, lambda coco: each(coco, num_keypoints=0))
    _, output = train(root=small)
    assert output.count('they are counted') == 1
    assert f'{path}: ' in output


def test_a_partly_labeled_file_trains_on_all_its_people(train, small):
    def unlabel(coco):
        for one in coco['annotations']:
            if one['image_id'] > 10:
                del one['keypoints'], one['num_keypoints']

    path = small / 'annotations/person_keypoints.json'
    edit(path, unlabel)
    whole = json.loads(path.read_text())
    data, output = train(root=small)
    assert '22 images train' in output
    assert 'the last 2 labeled images validate' in output
    people = {
        one['id'] for one in whole['annotations'] if one['image_id'] not in (9, 10)
    }
    assert {one['id'] for one in data.unlabeled} == people
    labeled = {one['id'] for one in whole['annotations'] if one['image_id'] < 9}
    assert {one['id'] for one in data.labeled} == labeled
    truth = [one['id'] for one in whole['annotations'] if one['image_id'] in (9, 10)]
    assert sorted(one['id'] for one in data.truth) == sorted(truth)
