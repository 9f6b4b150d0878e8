"""Exported networks predict what they predicted in the model."""

import hashlib

import mmpose.apis
import pytest
import torch
from mmpose.registry import MODELS

from semi_pose.errors import UserError
from semi_pose.export import check_alone, checkpoint, export_network
from semi_pose.models.heatmaps import predict_heatmaps
from semi_pose.models.members import members_of
from semi_pose.recipes.reading import read_config

from ..helpers.runs import run_config
from ..helpers.tiny import estimator


@pytest.fixture(scope='module')
def trained(synthetic_coco, tmp_path_factory):
    """Config and checkpoint of a model whose four networks differ."""
    folder = tmp_path_factory.mktemp('trained')
    cfg = run_config(synthetic_coco, folder)
    cfg.model = estimator(joints=17, student='same', mean_teacher=0.1, peer=None)
    cfg.custom_imports = dict(imports=['semi_pose', 'tests.helpers.tiny'])
    cfg.test_dataloader, cfg.test_evaluator = cfg.val_dataloader, cfg.val_evaluator
    cfg.dump(folder / 'tiny.py')
    model = MODELS.build(cfg.model)
    for value in model.state_dict().values():
        if value.is_floating_point():
            value.copy_(torch.rand(value.shape))
    content = dict(state_dict=model.state_dict(), optimizer=dict(a=1))
    torch.save(content, folder / 'tiny.pth')
    cfg = read_config(str(folder / 'tiny.py'))
    return cfg, str(folder / 'tiny.pth'), model.eval()


@pytest.mark.parametrize('name', ['net1', 'student', 'ema'])
def test_a_network_alone(trained, name, tmp_path):
    cfg, path, model = trained
    done = export_network(cfg, path, name, tmp_path / 'out')
    assert done.difference == 0
    assert done.packages == ['tests.helpers.tiny']
    digest = hashlib.sha256(done.checkpoint.read_bytes()).hexdigest()
    assert done.checkpoint.name == f'tiny_{name}-{digest[:8]}.pth'
    assert sorted(one.name for one in (tmp_path / 'out').iterdir()) == sorted(
        [done.config.name, done.checkpoint.name]
    )
    content = torch.load(done.checkpoint, weights_only=True)
    assert set(content) == {'meta', 'state_dict'}
    assert content['meta']['dataset_meta']['num_keypoints'] == 17
    stock = mmpose.apis.init_model(str(done.config), str(done.checkpoint), 'cpu')
    assert set(stock.state_dict()) == set(content['state_dict'])
    assert type(stock).__name__ == 'TopdownPoseEstimator'
    images = torch.randn(2, 3, 64, 48)
    (network,) = members_of(model)[name]
    with torch.no_grad():
        assert torch.equal(predict_heatmaps(network, images), stock(images, None))


def test_the_same_network_has_the_same_name(trained, tmp_path):
    first, second = (export_network(*trained[:2], 'net1', tmp_path) for _ in range(2))
    assert first == second


def test_its_meta_needs_no_list_of_allowed_types(trained, tmp_path):
    done = export_network(*trained[:2], 'net1', tmp_path)
    allowed = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()
    try:
        meta = torch.load(done.checkpoint, weights_only=True)['meta']
    finally:
        torch.serialization.add_safe_globals(allowed)
    assert len(meta['dataset_meta']['sigmas']) == 17


def test_nothing_is_written_that_predicts_otherwise(trained, tmp_path, monkeypatch):
    def other(member):
        return {key: value * 2 for key, value in member.state_dict().items()}

    monkeypatch.setattr(checkpoint, 'network_state', other)
    with pytest.raises(RuntimeError, match='differs: heatmaps by'):
        export_network(*trained[:2], 'net1', tmp_path / 'out')
    assert not list((tmp_path / 'out').iterdir())


def test_the_mean_of_several_is_no_stock_model():
    model = MODELS.build(estimator(mean_teacher=0.1))
    for name in ('ensemble', 'ema'):
        with pytest.raises(UserError, match=f'{name} is the mean of 2 networks'):
            check_alone(model, name)
    check_alone(model, 'net2')


def test_a_folder_that_cannot_be_written(trained, tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(UserError, match='cannot be written .* by --out'):
        export_network(*trained[:2], 'net1', tmp_path / 'file/out')
