"""Every recipe builds: its model, its data sets and their fit."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmpose.registry import DATASETS, MODELS

from semi_pose.data_root import set_data_root
from semi_pose.datasets import SemiDataset
from semi_pose.engine.checks import check_network, check_overlap

ROOT = Path(__file__).parents[1]
CONFIGS = sorted(
    path.relative_to(ROOT)
    for path in (ROOT / 'configs').rglob('*.py')
    if '_base_' not in path.parts
)


@pytest.fixture(scope='session')
def lsp_stand_in(tmp_path_factory) -> Path:
    """LSP's and LSPET's layout and counts, with one picture for all."""
    folder = tmp_path_factory.mktemp('lsp_stand_in')
    generator = np.random.default_rng(0)
    for name, file, count, keypoints in (
        ('lsp', 'lsp_train.json', 1000, 14),
        ('lspet', 'lspet_person_boxes.json', 20, 0),
    ):
        for part in ('annotations', 'images'):
            (folder / name / part).mkdir(parents=True)
        picture = generator.integers(0, 255, (170, 110, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / name / 'images' / 'person.jpg'), picture)
        data = dict(
            images=[
                dict(id=i, file_name='person.jpg', width=110, height=170)
                for i in range(1, count + 1)
            ],
            annotations=[
                dict(
                    id=i,
                    image_id=i,
                    category_id=1,
                    iscrowd=0,
                    area=5000,
                    bbox=[5, 5, 100, 160],
                    **(dict(keypoints=[50, 80, 2] * keypoints) if keypoints else {}),
                    **(dict(num_keypoints=keypoints) if keypoints else {}),
                )
                for i in range(1, count + 1)
            ],
            categories=[dict(id=1, name='person')],
        )
        (folder / name / 'annotations' / file).write_text(json.dumps(data))
    return folder


@pytest.fixture
def config(request, synthetic_coco, lsp_stand_in) -> Config:
    cfg = Config.fromfile(ROOT / request.param)
    root = lsp_stand_in if 'lsp' in request.param.parts else synthetic_coco
    set_data_root(cfg, str(root))
    return cfg


each_config = pytest.mark.parametrize('config', CONFIGS, indirect=True, ids=str)


def test_there_are_configs():
    assert Path('configs/semi/hrnet_w48_coco1k_dual.py') in CONFIGS


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_a_recipe_is_short_and_begins_with_its_command(path):
    lines = (ROOT / path).read_text().splitlines()
    assert lines[0] == f'# python tools/train.py {path}'
    code = [line for line in lines if line.strip() and not line.startswith('#')]
    assert len(code) <= 55


@each_config
def test_sets_and_model_fit(config):
    model = MODELS.build(config.model)
    dataset = DATASETS.build(config.train_dataloader.dataset)
    val_dataset = DATASETS.build(config.val_dataloader.dataset)
    labeled = dataset
    if isinstance(dataset, SemiDataset):
        labeled = dataset.labeled
        assert len(dataset) >= len(dataset.unlabeled)
    for number, network in enumerate(getattr(model, 'networks', (model,)), 1):
        check_network(network, labeled, number)
    if isinstance(dataset, SemiDataset) and 'lsp' not in config.filename:
        check_overlap(dataset.unlabeled, val_dataset, 'error')
    assert len(val_dataset) > 0


@each_config
def test_one_batch_gives_finite_losses(config):
    if 'hrnet' in config.filename:
        pytest.skip('HRNet-W48 costs too much here; its data sets are built above')
    model = MODELS.build(config.model).train()
    dataset = DATASETS.build(config.train_dataloader.dataset)
    batch = model.data_preprocessor(pseudo_collate([dataset[0], dataset[1]]), True)
    losses = model.loss(**batch)
    assert all(torch.isfinite(value).all() for value in losses.values())
    assert any(name.endswith('loss_kpt') for name in losses)
    assert ('loss_consistency' in losses) == isinstance(dataset, SemiDataset)
