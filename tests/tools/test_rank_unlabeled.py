"""rank_unlabeled.py: people to label, with a file that trains afterwards."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.image import imread
from mmpose.registry import DATASETS, MODELS

from semi_pose.datasets.annotation_check import find_use
from semi_pose.datasets.annotation_files import load_coco

from ..helpers.runs import AFFINE, LOAD, PACK, run_config, semi_set
from ..helpers.tiny import estimator

FILE = 'annotations/person_keypoints.json'


@pytest.fixture(scope='module')
def model(synthetic_coco, tmp_path_factory):
    """Recipe and checkpoint of two untrained networks."""
    folder = tmp_path_factory.mktemp('model')
    torch.manual_seed(0)
    network = estimator(17, hard_pipeline=[dict(type='HardAffine')])
    run_config(synthetic_coco, folder, model=network).dump(folder / 'recipe.py')
    weights = dict(state_dict=MODELS.build(network).state_dict())
    torch.save(weights, folder / 'model.pth')
    return folder / 'recipe.py', folder / 'model.pth'


@pytest.fixture
def rank(printed_by, model, tmp_path):
    """Run the tool; returns what it prints."""

    def call(*options, models=model, status=0):
        command = [*models, '--out', tmp_path / 'out', '--num-workers', 0]
        command += ['--views', 1, *options]
        return printed_by('dataset/rank_unlabeled.py', *command, status=status)

    return call


def test_a_folder_to_correct_and_train_on(rank, tmp_path, synthetic_coco):
    printed = rank('-n', 5)
    out = tmp_path / 'out'
    table = pd.read_csv(out / 'ranking.csv')
    # The recipe's 8 labeled people are not ranked again.
    everybody = DATASETS.build(semi_set(synthetic_coco)['unlabeled'])
    assert len(table) == len(everybody) - 8
    assert f'5 of {len(table)} people chosen' in printed and str(out / FILE) in printed
    assert table.score.is_monotonic_decreasing
    assert sorted(table.chosen[table.chosen > 0]) == [1, 2, 3, 4, 5]
    coco = json.loads((out / FILE).read_text())
    first = table[table.chosen == 1].iloc[0]
    assert first.score == table.score.max()
    assert coco['annotations'][0]['score'] == pytest.approx(first.score)
    for one in coco['annotations']:
        joints = np.reshape(one['keypoints'], (17, 3))
        assert (joints[:, 2] == 2).all() and one['num_keypoints'] == 17
        assert (joints[:, :2] >= 0).all() and (joints[:, :2] < 256).all()
        assert len(one['keypoint_scores']) == 17
    assert imread(out / 'people.png')[..., :3].std() > 0.05
    # What training checks, and what it reads.
    labeled = dict(
        type='CocoDataset',
        ann_file=str(out / FILE),
        data_prefix=dict(img=str(out / 'images')),
        pipeline=[*LOAD, AFFINE, PACK],
    )
    load_coco(str(out / FILE), find_use(labeled))
    assert len(people := DATASETS.build(labeled)) == 5
    assert people[0]['inputs'].float().std() > 1


def test_the_same_call_chooses_the_same_people(rank, tmp_path):
    rank('-n', 4)
    before = (tmp_path / 'out/ranking.csv').read_text()
    rank('-n', 4, '--fresh')
    assert (tmp_path / 'out/ranking.csv').read_text() == before


def test_groups_and_pictures(rank, tmp_path):
    rank('-n', 5, '--group', r'\d(?=\.jpg)', '--pictures', '*00000001?.jpg')
    table = pd.read_csv(tmp_path / 'out/ranking.csv')
    assert table.file.str.contains('00000001').all()
    chosen = table[table.chosen > 0].file
    assert chosen.str[-5].is_unique and len(chosen) > 1


@pytest.mark.parametrize(
    'options, wanted',
    [
        (('-n', 0), '--num is 0'),
        (('-n', 2, '--pictures', 'none'), 'Nobody is left to rank'),
        (('-n', 2, '--group', '('), 'is no pattern'),
    ],
)
def test_bad_options(rank, options, wanted):
    assert wanted in rank(*options, status=1)


def test_corrected_labels_are_not_overwritten(rank, tmp_path):
    (tmp_path / 'out/annotations').mkdir(parents=True)
    assert '--fresh' in rank('-n', 2, status=1)
