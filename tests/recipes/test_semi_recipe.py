"""Recipes written from MMPose's configs: what they say, and one step of each."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.dataset import pseudo_collate
from mmengine.model import revert_sync_batchnorm
from mmengine.optim import build_optim_wrapper
from mmpose.registry import DATASETS, MODELS

from semi_pose.datasets import SemiDataset
from semi_pose.engine.checks import check_network
from semi_pose.errors import UserError
from semi_pose.recipes.best_metric import check_save_best
from semi_pose.recipes.kinds import describe, dicts
from semi_pose.recipes.semi_recipe import METHODS, Wish, write_recipe
from semi_pose.recipes.unlabeled_people import People

from ..helpers.stock import COCO, NETWORKS, read, read_stock, shrink

RES50 = 'td-hm_res50_8xb64-210e_coco-256x192'
CSPNEXT = 'cspnext-tiny_udp_8xb256-210e_coco-256x192'
VITPOSE = 'td-hm_ViTPose-small_8xb64-210e_coco-256x192'
# One of each codec; the others take seconds to build.
FAST = RES50, 'td-hm_res50_dark-8xb64-210e_coco-256x192', CSPNEXT
needs_mmpretrain = pytest.mark.skipif(
    find_spec('mmpretrain') is None, reason='needs mmpretrain'
)


def marks_of(name: str) -> list:
    if name == VITPOSE:
        return [needs_mmpretrain]
    return [] if name in FAST else [pytest.mark.slow]


@pytest.fixture
def write(tmp_path, synthetic_coco):
    """Write a recipe; returns its file."""

    def call(name=RES50, method='dual', labels=None, stock=None, path=None) -> Path:
        file = synthetic_coco / 'annotations/person_keypoints_train2017.json'
        people = People(file, synthetic_coco / 'train2017')
        out = tmp_path / 'recipe.py'
        wish = Wish(path or f'{COCO}{name}.py', method, people, labels, out)
        stock = stock or read_stock(name)
        out.write_text(write_recipe(stock, wish, 'python tools/train.py'))
        return out

    return call


@pytest.mark.parametrize('method', METHODS)
def test_each_method_is_what_it_says(method, write):
    path = write(method=method, labels=8)
    cfg = read(path)
    kind = describe(cfg)
    assert kind.kind == dict(multiaugs='multiaugs_dual').get(method, method)
    assert kind.labels == 8
    assert cfg.custom_hooks[-1].type == 'SemiRunner' and len(cfg.custom_hooks) == 2
    check_save_best(cfg)
    assert cfg.default_hooks.checkpoint.save_best == 'coco/AP'
    steps = [step.type for step in cfg.train_dataloader.dataset.unlabeled.pipeline]
    is_drawn = 'RandomBBoxTransform' in steps
    assert is_drawn == (method not in ('standard', 'mean_teacher'))
    assert not {'GenerateTarget', 'RandomHalfBody'} & set(steps)
    lines = path.read_text().splitlines()
    assert lines[0] == f'# python tools/train.py {path}'
    assert len(lines) <= 46


@pytest.mark.parametrize(
    ('name', 'method'), [(RES50, 'multiaugs'), (CSPNEXT, 'sspcm'), (VITPOSE, 'dual')]
)
def test_recipes_are_formatted(name, method, write):
    root = Path(__file__).parents[2]
    ruff = [sys.executable, '-m', 'ruff']
    options = ['--config', root / 'pyproject.toml', write(name, method)]
    style = ['format', '--check', '--diff']
    for command in (style, ['check', '--ignore', 'D,E501']):
        done = subprocess.run([*ruff, *command, *options], capture_output=True)
        assert done.returncode == 0, done.stdout


def test_boxes_shrink_with_the_crop(write):
    small = read_stock(RES50)
    small.merge_from_dict(
        dict(model=dict(head=dict(decoder=dict(input_size=(96, 96)))))
    )
    model = read(write(method='multiaugs', stock=small)).model
    # A person in 96x96 is 96 / 256 of the height that it has in 192x256.
    boxes = {node.type: node for node in dicts(model) if 'half_size' in node}
    assert {kind: box.half_size for kind, box in boxes.items()} == dict.fromkeys(
        ('JointCutout', 'CutOcclude', 'RandomCutout', 'RandomCutMix'), (4, 7)
    )
    assert boxes['JointCutout'].jitter_std == boxes['CutOcclude'].jitter_std == 4
    assert 'half_size' not in read(write()).model.hard_pipeline[0]


def test_the_consistency_counts_as_much_as_the_labels(write):
    stock = read_stock(RES50)
    stock.merge_from_dict(dict(model=dict(head=dict(loss=dict(loss_weight=7.0)))))
    head = read(write(stock=stock)).model.consistency_head
    assert head.loss.loss_weight == 7.0


def test_a_config_of_the_users_is_found_from_the_recipe(tmp_path, write):
    path = tmp_path / 'mine.py'
    path.write_text(f"_base_ = '{COCO}{RES50}.py'")
    text = write(stock=read(path), path=str(path)).read_text()
    assert "\n_base_ = './mine.py'\n" in text


def test_what_two_pipelines_cannot_have_is_left_out(write):
    stock = read_stock(CSPNEXT)
    assert [hook.type for hook in stock.custom_hooks] == ['mmdet.PipelineSwitchHook']
    hooks = [hook.type for hook in read(write(CSPNEXT)).custom_hooks]
    assert hooks == ['SemiRunner']


def test_a_supervised_recipe_of_ours_gets_no_second_hook(write):
    path = str(Path(__file__).parents[2] / 'configs/lsp/efflite0_lsp20_supervised.py')
    cfg = read(write(stock=read(path), path=path, labels=8))
    assert [hook.type for hook in cfg.custom_hooks].count('SemiRunner') == 1
    assert list(cfg.custom_imports.imports) == ['semi_pose']
    assert describe(cfg).kind == 'dual' and describe(cfg).labels == 8


def test_layer_decay_knows_both_networks(write):
    cfg = read(write(VITPOSE))
    assert cfg.optim_wrapper.constructor == 'EachNetworkLayerDecay'
    assert cfg.custom_imports.imports[-1] == 'semi_pose'
    assert 'mmpose.engine' in cfg.custom_imports.imports[0]


def test_labels_of_several_sets_are_refused(write):
    stock = read_stock(RES50)
    parts = dict(type='ConcatDataset', datasets=[stock.train_dataloader.dataset])
    stock.train_dataloader.dataset = parts
    with pytest.raises(UserError, match='--labels: .* joins several labeled sets'):
        write(stock=stock, labels=3)
    assert (
        'labeled = _base_.train_dataloader.dataset\n' in write(stock=stock).read_text()
    )


def test_a_config_without_crops_is_refused(write):
    stock = read_stock(RES50)
    stock.train_dataloader.dataset.pipeline = [dict(type='LoadImage')]
    with pytest.raises(UserError, match='no data set .* with TopdownAffine'):
        write(stock=stock)


@pytest.mark.parametrize(
    'name', [pytest.param(name, marks=marks_of(name)) for name in NETWORKS]
)
def test_a_training_step_moves_each_network(name, write, synthetic_coco):
    torch.manual_seed(0)
    cfg = shrink(read(write(name, labels=8)), name, synthetic_coco)
    model = revert_sync_batchnorm(MODELS.build(cfg.model)).train()
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    assert isinstance(dataset, SemiDataset)
    for network in model.networks:
        check_network(network, dataset.labeled, 1)
    before = [network.state_dict() for network in model.networks]
    before = [{key: value.clone() for key, value in one.items()} for one in before]
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)
    losses = model.train_step(pseudo_collate([dataset[0], dataset[1]]), optimizer)
    assert all(torch.isfinite(value).all() for value in losses.values())
    assert losses['loss_consistency'] > 0
    for network, state in zip(model.networks, before, strict=True):
        first, last = (list(network.backbone.parameters())[i] for i in (0, -1))
        names = {id(value): key for key, value in network.named_parameters()}
        for weight in (first, last):
            assert not weight.equal(state[names[id(weight)]])


class Layered(torch.nn.Module):
    """A network with the names of ViTPose."""

    def __init__(self):
        super().__init__()
        self.backbone = torch.nn.Module()
        self.backbone.layers = torch.nn.ModuleList(
            torch.nn.Linear(2, 2) for _ in range(2)
        )
        self.head = torch.nn.Linear(2, 2)


def test_layers_of_both_networks_learn_at_the_same_rates():
    model = Layered()
    model.peer = Layered()
    model.networks = model, model.peer
    settings = ConfigDict(
        optimizer=dict(type='AdamW', lr=1.0),
        paramwise_cfg=dict(num_layers=2, layer_decay_rate=0.5),
        constructor='EachNetworkLayerDecay',
    )
    optimizer = build_optim_wrapper(model, settings)
    rates = {
        id(weight): group['lr']
        for group in optimizer.param_groups
        for weight in group['params']
    }
    for network in model.networks:
        layers = [*network.backbone.layers, network.head]
        assert [rates[id(layer.weight)] for layer in layers] == [0.25, 0.5, 1.0]
    assert set(map(id, model.parameters())) <= set(rates)
