"""Stock configs of the networks of a model."""

import pytest
from mmengine.config import Config

from semi_pose.errors import UserError
from semi_pose.recipes.reading import read_config
from semi_pose.recipes.stock import stock_config, stock_model

from ..helpers.tiny import estimator

RES18 = 'configs/semi/res18_coco1k_dual.py'


def test_a_recipe_of_stock_networks_needs_no_semi_pose():
    cfg = read_config(RES18)
    stock = stock_config(cfg, 'net2')
    assert 'semi_pose' not in stock.pretty_text and 'custom_imports' not in stock
    assert stock.model.type == 'TopdownPoseEstimator'
    assert stock.model.data_preprocessor.type == 'PoseDataPreprocessor'
    assert stock.model.data_preprocessor.mean == cfg.model.data_preprocessor.mean
    assert set(stock.model) == {
        *('type', 'data_preprocessor', 'backbone', 'head', 'test_cfg')
    }
    assert stock.model.backbone == dict(cfg.model.backbone, init_cfg=None)
    assert stock.test_dataloader == cfg.test_dataloader
    assert stock.test_evaluator == [cfg.test_evaluator]
    assert stock.codec == cfg.model.head.decoder
    assert (stock.dataset_type, stock.data_mode) == ('CocoDataset', 'topdown')
    assert 'train_dataloader' not in stock and 'optim_wrapper' not in stock
    assert cfg.model.type == 'DualPoseEstimator'


def test_an_unlike_peer_has_its_own_parts():
    cfg = read_config('configs/semi/res18_hrnet_w48_coco1k_dual_affine.py')
    assert stock_config(cfg, 'net1').model.backbone.depth == 18
    peer = stock_config(cfg, 'net2').model
    assert peer.backbone.type == 'HRNet' and peer.backbone.init_cfg is None
    assert peer.head == cfg.model.peer.head


def test_the_student_may_differ_and_the_mean_teacher_may_not():
    model = estimator(student=dict(head=dict(type='Other')), neck=dict(type='Neck'))
    assert stock_model(model, 'student')['head'] == dict(type='Other')
    assert stock_model(model, 'student')['neck'] == dict(type='Neck')
    assert stock_model(model, 'ema')['head'] == model['head']
    assert model['backbone'] == dict(type='TinyBackbone')


def test_parts_of_others_keep_their_imports():
    cfg = read_config('configs/lsp/efflite0_lsp20_dual.py')
    stock = stock_config(cfg, 'net1')
    assert stock.custom_imports.imports == ['semi_pose']
    assert stock.test_evaluator == cfg.test_evaluator
    cfg = Config(
        dict(
            model=estimator(),
            val_dataloader=dict(
                dataset=dict(
                    type='CocoDataset', pipeline=[dict(type='LoadImageOrSkip')]
                )
            ),
            val_evaluator=[dict(type='SubsetCocoMetric'), dict(type='PCKAccuracy')],
            custom_imports=dict(imports=['semi_pose', 'tests.helpers.tiny', 'other']),
        )
    )
    stock = stock_config(cfg, 'net1')
    assert stock.custom_imports.imports == ['tests.helpers.tiny']
    assert stock.test_dataloader.dataset.pipeline == [dict(type='LoadImage')]
    assert stock.test_evaluator == [dict(type='PCKAccuracy')]


def test_flips_stay_and_the_choice_of_a_network_goes():
    model = estimator(test_cfg=dict(network='net2', flip_test=True))
    assert stock_model(model, 'net2')['test_cfg'] == dict(flip_test=True)


def test_no_data_to_show_pictures_by():
    with pytest.raises(UserError, match='has no test_dataloader'):
        stock_config(Config(dict(model=estimator())), 'net1')
