"""Fixtures shared by all tests."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope

import semi_pose  # noqa: F401  registers everything
from semi_pose.synthetic import write_dataset


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
