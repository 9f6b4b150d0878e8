"""Pictures during training, through real runs."""

import cv2
import pytest
import torch

from ..helpers.runs import build_runner, run_config, semi_set, supervised_model

VIEWS = dict(type='SemiVisualizationHook', num=1)


def train(root, work_dir, *hooks, **changes):
    changes['custom_hooks'] = [dict(type='SemiRunner'), *hooks]
    runner = build_runner(root, work_dir, **changes)
    runner.train()
    return runner


def pictures(work_dir):
    found = work_dir.glob('*/vis_data/vis_image/*.png')
    return {path.name: cv2.imread(str(path)) for path in found}


@pytest.fixture
def random_views(synthetic_coco, tmp_path):
    """Settings of a run whose views are drawn at random."""
    cfg = run_config(synthetic_coco, tmp_path)
    for part in ('labeled', 'unlabeled'):
        pipeline = cfg.train_dataloader.dataset[part].pipeline
        pipeline.insert(2, dict(type='RandomFlip'))
        pipeline.insert(3, dict(type='RandomSimilarity'))
    cfg.model.mean_teacher = 0.1
    return dict(model=cfg.model, train_dataloader=cfg.train_dataloader)


def test_it_changes_no_bit_of_the_training(synthetic_coco, tmp_path, random_views):
    hook = dict(VIEWS, interval=2, labeled=True)  # after step 2 of 3
    plain = train(synthetic_coco, tmp_path / 'plain', **random_views)
    drawn = train(synthetic_coco, tmp_path / 'drawn', hook, **random_views)
    first, second = (runner.model.state_dict() for runner in (plain, drawn))
    assert any(name.endswith('running_mean') for name in first)
    unequal = [name for name in first if not torch.equal(first[name], second[name])]
    assert not unequal
    modes = [
        [module.training for module in runner.model.modules()]
        for runner in (plain, drawn)
    ]
    assert modes[0] == modes[1]
    found = pictures(tmp_path / 'drawn')
    assert set(found) == {'views_2.png', 'labeled_views_2.png'}
    assert all(picture.std() > 20 for picture in found.values())


def test_it_draws_at_each_validation_by_default(synthetic_coco, tmp_path):
    # As `--cfg-options default_hooks.views.type=SemiVisualizationHook` adds it.
    hooks = dict(views=dict(VIEWS), checkpoint=dict(type='CheckpointHook'))
    train(synthetic_coco, tmp_path / 'run', default_hooks=hooks)
    assert set(pictures(tmp_path / 'run')) == {'views_3.png'}


def test_a_supervised_run_shows_its_labels(synthetic_coco, tmp_path):
    loader = dict(
        batch_size=4,
        sampler=dict(type='DefaultSampler', shuffle=True),
        dataset=semi_set(synthetic_coco)['labeled'],
    )
    changes = dict(model=supervised_model(), train_dataloader=loader, val_cfg=dict())
    train(synthetic_coco, tmp_path / 'run', VIEWS, **changes)
    assert set(pictures(tmp_path / 'run')) == {'labeled_views_3.png'}
