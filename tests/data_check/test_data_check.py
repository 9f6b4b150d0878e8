import json
from io import StringIO
from pathlib import Path
from shutil import copyfile, copytree

import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image
from rich.console import Console

from semi_pose.data_check import (
    check_picture_sizes,
    draw_sheet,
    find_shared,
    read_pictures,
    read_sets,
    sets_table,
    shared_table,
)

from ..helpers.runs import run_config

TRAIN = 'annotations/person_keypoints_train2017.json'


@pytest.fixture
def people(synthetic_coco, tmp_path):
    """A data set to spoil."""
    return copytree(synthetic_coco, tmp_path / 'people')


@pytest.fixture
def cfg(people, tmp_path):
    return run_config(people, tmp_path / 'run')


def change(people, edit):
    coco = json.loads((people / TRAIN).read_text())
    edit(coco)
    (people / TRAIN).write_text(json.dumps(coco))
    return coco


def inspect(cfg):
    sets = read_sets(cfg)
    pictures = read_pictures(record for one in sets for record in one.records)
    for one in sets:
        check_picture_sizes(one, pictures)
    return sets, pictures


def text(table):
    console = Console(width=150, file=StringIO())
    console.print(table)
    return console.file.getvalue()


def line(table, title):
    (found,) = [row for row in text(table).splitlines() if title in row]
    return [cell.strip() for cell in found.split('│')[2:-1]]


def test_sets_are_those_of_training(cfg, people):
    sets, pictures = inspect(cfg)
    assert [one.name for one in sets] == ['labeled', 'unlabeled', 'validation']
    coco = json.loads((people / TRAIN).read_text())
    table = sets_table(sets, pictures)
    counts = line(table, ' people ')
    assert counts[:2] == ['8', str(len(coco['annotations']))]
    assert line(table, 'from')[0] == 'person_keypoints_train2017.json'
    assert line(table, 'pictures')[1] == str(len(coco['images']))
    assert line(table, 'joints a person')[1] == 'not read'
    assert line(table, 'faults') == line(table, 'notes') == ['0'] * 3
    widths = [one['bbox'][2] for one in coco['annotations']]
    shown = [float(value) for value in line(table, 'box width')[1].split()]
    assert shown == pytest.approx(np.percentile(widths, (10, 50, 90)), abs=2)


def test_joints_are_counted(cfg, people):
    def hide(coco):
        for number, one in enumerate(coco['annotations']):
            one['keypoints'][:3] = (
                [0, 0, 0] if number % 2 else [5, 5, 1 + number // 2 % 2]
            )
            one['num_keypoints'] = sum(v > 0 for v in one['keypoints'][2::3])

    coco = change(people, hide)
    cfg.train_dataloader.dataset.labeled.indices = None
    sets, pictures = inspect(cfg)
    seen = np.array([one['keypoints'][2::3] for one in coco['annotations']])
    np.testing.assert_array_equal(np.sort(sets[0].visibility(), 0), np.sort(seen, 0))
    nose = seen[:, 0]
    expected = f'{(nose > 0).mean():.0%}, {(nose[nose > 0] == 2).mean():4.0%}'
    assert line(sets_table(sets, pictures), 'nose')[0] == expected
    assert sets[1].visibility().size == 0


def test_faults_and_notes_come_from_the_check(cfg, people):
    change(people, lambda coco: coco['annotations'][0]['keypoints'].__setitem__(0, 'x'))
    labeled, unlabeled, val = inspect(cfg)[0]
    assert '"keypoints"' in labeled.faults[0] and labeled.faults == unlabeled.faults
    assert not labeled.records and val.records and not val.faults
    change(
        people,
        lambda coco: coco['annotations'][0].update(keypoints=[0.0] * 51, bbox=None),
    )
    assert '"bbox"' in inspect(cfg)[0][0].faults[0]


def test_leniently_read_files_are_noted(cfg, people):
    change(people, lambda coco: [one.pop('area') for one in coco['annotations']])
    labeled, unlabeled, val = inspect(cfg)[0]
    assert '"area"' in labeled.notes[0] and labeled.notes == unlabeled.notes
    assert labeled.records and not labeled.faults and not val.notes


def test_an_empty_set_is_a_fault(cfg):
    cfg.train_dataloader.dataset.labeled.indices = []
    labeled = inspect(cfg)[0][0]
    assert labeled.faults == ['The labeled set is empty.']


def test_pictures_that_cannot_be_read(cfg, people):
    sets, _ = inspect(cfg)
    path = sets[1].paths[0]
    other = sets[1].paths[1]
    Path(path).write_text('no picture')
    Image.open(other).resize((50, 40)).save(other)
    Path(sets[2].paths[0]).write_text('no picture')
    sets, pictures = inspect(cfg)
    assert line(sets_table(sets, pictures), 'cannot be read') == ['1', '1', '1']
    assert any(f'such as {path}: left out' in note for note in sets[1].notes)
    assert any(f'{other} has 50x40 pixels' in note for note in sets[1].notes)
    assert not sets[1].faults
    cfg.train_dataloader.dataset.unlabeled.pipeline[0].type = 'LoadImage'
    assert 'load it by LoadImageOrSkip' in inspect(cfg)[0][1].faults[0]
    assert '1 validation picture cannot be read' in sets[2].faults[0]


def test_most_pictures_of_another_size_are_a_fault(cfg, people):
    sets, _ = inspect(cfg)
    for path in sets[1].paths:
        Image.open(path).resize((50, 40)).save(path)
    unlabeled = inspect(cfg)[0][1]
    assert 'has 50x40 pixels' in unlabeled.faults[0]


def test_pictures_in_two_sets(cfg, people):
    sets, pictures = inspect(cfg)
    first, second, third = find_shared(sets, pictures)
    assert (first.first, first.second) == ('labeled', 'unlabeled')
    assert sorted(first.same) == sorted(sets[0].paths)
    assert not first.spoils and not second.spoils and not third.spoils
    train, val = sets[1].paths[-3:], sets[2].paths
    copyfile(train[0], val[0])
    picture = Image.open(train[1])
    width, height = picture.size
    picture.crop((2, 2, width - 2, height - 2)).save(val[1])
    sets, pictures = inspect(cfg)
    shared = find_shared(sets, pictures)
    assert shared[2].copies == [(train[0], val[0])] and shared[2].spoils
    assert [pair[:2] for pair in shared[2].alike] == [(train[1], val[1])]
    assert line(shared_table(shared), 'unlabeled, validation')[-3:] == ['0', '1', '1']
    cfg.val_dataloader.dataset.ann_file = TRAIN
    cfg.val_dataloader.dataset.data_prefix.img = 'train2017/'
    cfg.val_dataloader.dataset.indices = 3
    sets, pictures = inspect(cfg)
    shared = find_shared(sets, pictures)
    assert shared[1].spoils and shared[2].spoils and shared[2].same == sets[2].paths


def test_the_sheet_shows_people_of_each_set(cfg, tmp_path):
    sets, pictures = inspect(cfg)
    shared = find_shared(sets, pictures)
    figure = draw_sheet(sets, shared, columns=3, seed=0)
    titles = [axes.get_title() for axes in figure.axes]
    names = [title.split('\n')[0] for title in titles]
    assert names == [one.name for one in sets for _ in range(3)]
    assert 'of 17 joints' in titles[0] and 'joints' not in titles[3]
    again = draw_sheet(sets, shared, columns=3, seed=0)
    assert [axes.get_title() for axes in again.axes] == titles
    other = draw_sheet(sets, shared, columns=3, seed=1)
    assert [axes.get_title() for axes in other.axes] != titles
    figure.savefig(tmp_path / 'sheet.png')


def test_supervised_recipes_have_no_unlabeled_set(cfg):
    plain = Config(cfg.to_dict())
    plain.train_dataloader.dataset = cfg.train_dataloader.dataset.labeled
    assert [one.name for one in inspect(plain)[0]] == ['labeled', 'validation']


def test_joined_sets_of_other_joints(cfg, people):
    coco = json.loads((people / TRAIN).read_text())
    for one in coco['annotations']:
        one['keypoints'] = one['keypoints'][: 3 * 14]
        one['num_keypoints'] = sum(v > 0 for v in one['keypoints'][2::3])
    coco['categories'][0]['keypoints'] = [f'joint{number}' for number in range(14)]
    (people / 'annotations/other.json').write_text(json.dumps(coco))
    labeled = cfg.train_dataloader.dataset.labeled
    other = dict(labeled, type='CrowdPoseDataset', ann_file='annotations/other.json')
    cfg.train_dataloader.dataset.labeled = dict(
        type='CombinedDataset',
        metainfo=dict(from_file='configs/_base_/datasets/coco.py'),
        datasets=[labeled, other],
        pipeline=[],
    )
    sets, pictures = inspect(cfg)
    joined = sets[0]
    assert joined.faults == [] and len(joined.records) == 2 * 8
    assert joined.metainfo == {}
    assert 'not read' in line(sets_table(sets, pictures), 'joints a person')
