"""Recipes of DataDistill written from MMPose's configs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mmpose.registry import DATASETS

from semi_pose.errors import UserError
from semi_pose.recipes.data_root import set_data_root
from semi_pose.recipes.distill_recipe import teacher_path, write_distill
from semi_pose.recipes.kinds import describe
from semi_pose.recipes.pseudo_labels import recipe_people
from semi_pose.recipes.semi_recipe import Wish
from semi_pose.recipes.unlabeled_people import People

from ..helpers.stock import COCO, read, read_stock
from ..helpers.studies import planner

RES50 = 'td-hm_res50_8xb64-210e_coco-256x192'
CSPNEXT = 'cspnext-tiny_udp_8xb256-210e_coco-256x192'
ROOT = Path(__file__).parents[2]


@pytest.fixture
def people(synthetic_coco):
    file = synthetic_coco / 'annotations/person_keypoints_train2017.json'
    return People(file, synthetic_coco / 'train2017')


@pytest.fixture
def write(tmp_path, people):
    """Write both recipes; returns the student's file."""

    def call(name=RES50, labels=8, unlabeled=48, stock=None, path=None) -> Path:
        out = tmp_path / 'mine.py'
        path = path or f'{COCO}{name}.py'
        wish = Wish(str(path), 'distill', people, labels, out)
        stock = stock or read_stock(name)
        codes = write_distill(stock, wish, unlabeled, 'train.py T', 'study.py T S')
        assert list(codes) == [out, teacher_path(out)]
        for path, code in codes.items():
            path.write_text(code)
        return out

    return call


def test_the_student_learns_from_real_and_pseudo_labels(write, people, tmp_path):
    path = write()
    cfg = read(path)
    assert path.read_text().startswith('# study.py T S\n# DataDistill: ')
    assert describe(cfg).kind == 'distill' and describe(cfg).labels == 8
    repeated, pseudo = cfg.train_dataloader.dataset.datasets
    assert repeated.times == 2  # 2 x 8 real labels and 48 pseudo labels: a quarter
    assert (
        repeated.dataset.ann_file
        == read_stock(RES50).train_dataloader.dataset['ann_file']
    )
    assert pseudo.ann_file == str(tmp_path / 'mine_labels.json')
    assert (pseudo.indices, pseudo.data_root) == (None, '')
    assert pseudo.data_prefix.img == str(people.images)
    assert pseudo.pipeline == repeated.dataset.pipeline
    assert cfg.custom_hooks[-1].type == 'SemiRunner'


@pytest.mark.parametrize(
    ('labels', 'unlabeled', 'times'), [(500, 9000, 6), (8, 12, 1), (100, 30, 1)]
)
def test_a_quarter_of_the_labels_is_real(labels, unlabeled, times, write):
    cfg = read(write(labels=labels, unlabeled=unlabeled))
    assert cfg.repeated.times == times


def test_teachers_have_as_many_labels(write):
    path = teacher_path(write(labels=3))
    assert path.read_text().startswith('# train.py T\n# The teachers')
    assert describe(read(path)).kind == 'supervised'
    assert describe(read(path)).labels == 3


def test_a_study_trains_the_teachers_and_labels_the_recipes_people(
    write, people, tmp_path
):
    path = write()
    (student,) = planner(tmp_path, steps=None).plan([(path, [7])], {}).trials[3:]
    assert [one.name for one in student.teachers] == [
        f'mine_teacher/seed{seed}' for seed in (0, 1, 2)
    ]
    command = student.pseudo_labels.command
    assert command[command.index('--unlabeled') + 1] == str(path)
    found = recipe_people(str(path))
    assert found.dataset.ann_file == str(people.ann_file)
    # So that the student finds the pictures that the labels name.
    assert found.root == student.run.cfg.pseudo.data_prefix.img == str(people.images)


def test_all_labels_are_counted(write, synthetic_coco):
    stock = read_stock(RES50)
    set_data_root(stock, str(synthetic_coco))
    count = len(DATASETS.build(dict(stock.train_dataloader.dataset, pipeline=[])))
    file = synthetic_coco / 'annotations/person_keypoints_train2017.json'
    assert 24 <= count <= len(json.loads(file.read_text())['annotations'])
    path = write(stock=stock, labels=None, unlabeled=15 * count)
    assert read(path).repeated.times == 5
    assert 'indices' not in read(teacher_path(path)).train_dataloader.dataset


def test_labels_that_are_missing_cannot_be_counted(write):
    with pytest.raises(UserError, match='does not exist: correct the path, or say by'):
        write(labels=None)


@pytest.mark.parametrize(
    'kind', ['MpiiDataset', 'CocoWholeBodyDataset', 'ConcatDataset']
)
def test_other_labels_than_one_coco_file_are_refused(kind, write):
    stock = read_stock(RES50)
    dataset = stock.train_dataloader.dataset
    dataset.type = kind
    if kind == 'ConcatDataset':
        del dataset['ann_file']
    with pytest.raises(UserError, match=f"{kind} does not read one file in COCO's"):
        write(stock=stock)


def test_heads_whose_heatmaps_are_not_averaged_are_refused(write):
    stock = read_stock('td-hm_hourglass52_8xb32-210e_coco-256x256')
    with pytest.raises(UserError, match='this is a CPMHead: take another --method'):
        write(stock=stock)


def test_nothing_of_the_stock_configs_own_unlabeled_people_is_left(write, people):
    stock = ROOT / 'configs/lsp/efflite0_lsp20_supervised.py'
    path = write(path=stock, stock=read(stock))
    found = recipe_people(str(path)).dataset
    assert found == dict(type='UnlabeledDataset', **people.settings)


def test_only_teachers_can_switch_their_pipeline(write):
    path = write(CSPNEXT)
    hooks = [hook.type for hook in read(teacher_path(path)).custom_hooks]
    assert hooks == ['mmdet.PipelineSwitchHook', 'SemiRunner']
    assert [hook.type for hook in read(path).custom_hooks] == ['SemiRunner']


def test_both_are_formatted(write):
    path = write()
    options = ['--config', ROOT / 'pyproject.toml', path, teacher_path(path)]
    ruff = [sys.executable, '-m', 'ruff']
    for command in (['format', '--check', '--diff'], ['check', '--ignore', 'D,E501']):
        done = subprocess.run([*ruff, *command, *options], capture_output=True)
        assert done.returncode == 0, done.stdout
