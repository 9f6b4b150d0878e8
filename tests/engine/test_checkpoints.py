"""Runs that start from a checkpoint (load_from)."""

import pytest
import torch
from mmpose.registry import MODELS

from semi_pose.engine.checkpoints import StartNetworks, load_network
from semi_pose.errors import UserError

from ..helpers.runs import build_runner, run_config, supervised_model
from ..helpers.tiny import estimator, head


@pytest.fixture
def start(synthetic_coco, tmp_path):
    """Start a run from weights, and return its model and log."""

    def call(weights, **model):
        path = tmp_path / 'start.pth'
        torch.save(dict(state_dict=weights), path)
        cfg = run_config(synthetic_coco, tmp_path)
        cfg.model.update(model)
        folder = tmp_path / 'run'
        runner = build_runner(
            synthetic_coco, folder, model=cfg.model, load_from=str(path)
        )
        runner.register_hook(StartNetworks(str(path)))
        runner.model.init_weights()
        runner.load_or_resume()
        (log,) = folder.glob('*/*.log')
        return runner.model, log.read_text()

    return call


def weights(**changes):
    torch.manual_seed(5)
    model = supervised_model() if not changes else estimator(**changes)
    return MODELS.build(model).state_dict()


def assert_starts(network, state):
    own = network.state_dict()
    assert all(torch.equal(own[key], value) for key, value in state.items())


def test_a_stock_checkpoint_starts_all_networks(start):
    stock = weights()
    model, log = start(stock, student='same', mean_teacher=0.1)
    for network in model.networks:
        assert_starts(network, stock)
    model.update_teachers(0, 10, 0)
    for teacher, network in zip(model.mean_teachers, model.peers, strict=True):
        torch.testing.assert_close(
            teacher.network[0].state_dict(), network.backbone.state_dict()
        )
    assert log.count('Started ') == 1
    line = 'Started network 1, network 2, the student: from '
    assert line in log and 'start.pth, which has network 1 alone.' in log
    assert 'do not match exactly' not in log


def test_names_of_older_releases_of_mmpose_are_known(start, tmp_path):
    stock = weights()
    old = {key.replace('head.', 'keypoint_head.'): one for key, one in stock.items()}
    assert old.keys() != stock.keys()
    model, log = start(old)
    for network in model.networks:
        assert_starts(network, stock)
    assert 'keep their own start' not in log
    network = MODELS.build(supervised_model())
    load_network(network, str(tmp_path / 'start.pth'))
    assert_starts(network, stock)


def test_a_dual_checkpoint_starts_each_network_from_its_own(start):
    both = weights(joints=17)
    assert not torch.equal(
        both['backbone.conv.weight'], both['peer.backbone.conv.weight']
    )
    model, log = start(both)
    assert_starts(model, both)
    assert 'Started network 1, network 2: from ' in log and 'alone' not in log


def test_a_network_of_another_kind_keeps_its_start(start):
    stock = weights()
    wide = dict(head(17), conv_out_channels=(8,), conv_kernel_sizes=(1,))
    model, log = start(stock, peer=dict(head=wide))
    assert_starts(model, stock)
    conv = 'backbone.conv.weight'
    assert not torch.equal(model.peer.state_dict()[conv], stock[conv])
    assert 'Started network 1: from ' in log
    assert 'weights keep their own start, first peer.' in log


def test_a_head_for_other_joints_keeps_its_start(start):
    stock = weights()
    stock['head.final_layer.weight'] = torch.zeros(5, 8, 1, 1)
    stock['head.final_layer.bias'] = torch.zeros(5)
    model, log = start(stock)
    conv = stock['backbone.conv.weight']
    assert torch.equal(model.backbone.conv.weight, conv)
    assert torch.equal(model.peer.backbone.conv.weight, conv)
    assert '4 weights keep their own start, first head.final_layer.' in log


def test_what_fits_nothing_is_refused(start):
    with pytest.raises(UserError) as error:
        start({f'conv{i}.weight': torch.zeros(2) for i in range(5)})
    message = str(error.value)
    assert 'start.pth fits nothing of the model' in message
    assert 'It has conv0.weight, conv1.weight, conv2.weight, ...' in message
    assert 'the model has backbone.conv.weight, backbone.bn.weight' in message
