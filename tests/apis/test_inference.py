"""Trained models in a few lines of Python."""

import numpy as np
import pytest
import torch
from mmpose.registry import MODELS

from semi_pose.apis import inference_topdown, init_model
from semi_pose.errors import UserError
from semi_pose.models.members import member_heatmaps

from ..helpers.runs import run_config
from ..helpers.tiny import estimator


@pytest.fixture
def cfg(synthetic_coco, tmp_path):
    cfg = run_config(synthetic_coco, tmp_path)
    cfg.test_dataloader = cfg.val_dataloader
    cfg.test_evaluator, cfg.test_cfg = cfg.val_evaluator, dict()
    cfg.custom_imports = dict(imports=['semi_pose', 'tests.helpers.tiny'])
    return cfg


@pytest.fixture
def checkpoint(tmp_path):
    """Random weights, the networks' apart."""
    path = tmp_path / 'random.pth'
    model = MODELS.build(estimator(joints=17, mean_teacher=0.1))
    model.init_weights()
    torch.nn.init.normal_(model.mean_teachers[0].network[-1].final_layer.weight)
    torch.save(dict(state_dict=model.state_dict()), path)
    return str(path)


def test_the_mean_teacher_predicts_too(cfg, checkpoint):
    cfg.model.update(mean_teacher=0.1, test_cfg=dict(output_heatmaps=True))
    model = init_model(cfg, checkpoint, 'ema', device='cpu')
    image = np.zeros((64, 48, 3), np.uint8)
    (found,) = inference_topdown(model, image)
    inputs = torch.tensor(image).permute(2, 0, 1)[None]
    inputs = (inputs - model.data_preprocessor.mean) / model.data_preprocessor.std
    with torch.no_grad():
        expected = member_heatmaps(model, inputs, ['ema'])['ema'][0]
    np.testing.assert_allclose(found.pred_fields.heatmaps, expected, atol=1e-6)


def test_a_config_stays_as_it_is(cfg, checkpoint):
    text = cfg.pretty_text
    first, second = (init_model(cfg, checkpoint, name, 'cpu') for name in (1, 'net2'))
    assert cfg.pretty_text == text
    image = np.random.default_rng(0).integers(0, 255, (64, 48, 3), dtype=np.uint8)
    one, other = (
        inference_topdown(model, image)[0].pred_instances.keypoint_scores
        for model in (first, second)
    )
    assert not np.allclose(one, other)


def test_it_knows_the_joints_without_a_checkpoint(cfg):
    model = init_model(cfg, device='cpu')
    assert model.dataset_meta['keypoint_id2name'][5] == 'left_shoulder'
    assert not model.training


def test_clear_errors(cfg, checkpoint, tmp_path):
    with pytest.raises(UserError, match="no network 'student', only net1, net2"):
        init_model(cfg, checkpoint, 'student', 'cpu')
    with pytest.raises(UserError, match='none.pth does not exist'):
        init_model(cfg, tmp_path / 'none.pth', device='cpu')
    with pytest.raises(UserError, match='of another model than the config'):
        init_model(
            cfg, checkpoint, device='cpu', cfg_options={'model.head.in_channels': 4}
        )
