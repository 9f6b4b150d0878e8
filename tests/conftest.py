"""Fixtures shared by all tests."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope

import semi_pose  # noqa: F401  registers everything
from semi_pose.analysis.summary import write_summary
from semi_pose.recipes.reading import recorded_config
from semi_pose.synthetic import write_dataset

from .helpers.runs import SEMI_HOOK, build_runner


@pytest.fixture(scope='session', autouse=True)
def _one_thread_in_mmpose_scope():
    torch.set_num_threads(1)
    init_default_scope('mmpose')  # for fixtures that outlive a test


@pytest.fixture(autouse=True)
def _seeded_in_mmpose_scope():
    torch.manual_seed(0)
    np.random.seed(0)
    init_default_scope('mmpose')


@pytest.fixture(scope='session')
def synthetic_coco(tmp_path_factory) -> Path:
    """A small synthetic data set in COCO's layout."""
    folder = tmp_path_factory.mktemp('synthetic_people')
    write_dataset(folder, num_train=24, num_val=8, size=(192, 256), seed=0)
    return folder


@pytest.fixture(scope='session')
def finished(synthetic_coco, tmp_path_factory) -> Path:
    """Work dir of a dual run of 3 steps: validated, measured and summed up."""
    folder = tmp_path_factory.mktemp('finished') / 'run'
    best = dict(type='CheckpointHook', by_epoch=False, save_best='coco/PCK')
    val_file = synthetic_coco / 'annotations/person_keypoints_val2017.json'
    coco = dict(type='CocoMetric', ann_file=str(val_file))
    build_runner(
        synthetic_coco,
        folder,
        custom_hooks=[SEMI_HOOK, dict(type='CollapseMonitor', interval=1, num=4)],
        default_hooks=dict(
            checkpoint=dict(best, rule='greater'),
            logger=dict(type='LoggerHook', log_metric_by_epoch=False),
        ),
        val_evaluator=[coco, dict(type='PCKAccuracy', thr=0.1, prefix='coco')],
    ).train()
    write_summary(recorded_config(folder), folder)
    return folder
