"""Every recipe builds: its model, its data sets and their fit."""

import ast
import gc
import math
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from unittest.mock import patch

import mmpose
import pytest
import torch
from mmengine.config import Config
from mmengine.config import utils as config_utils
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmpose.models import TopdownPoseEstimator
from mmpose.registry import DATASETS, MODELS

from semi_pose.datasets import SemiDataset
from semi_pose.engine.checks import check_network, check_overlap
from semi_pose.recipes.data_root import (
    TEST,
    TRAIN,
    check_files,
    data_nodes,
    set_data_root,
)
from semi_pose.recipes.pseudo_labels import recipe_people

from .helpers import stand_ins

ROOT = Path(__file__).parents[1]
CONFIGS = sorted(
    path.relative_to(ROOT)
    for path in (ROOT / 'configs').rglob('*.py')
    if '_base_' not in path.parts
)
SEMI = [path for path in CONFIGS if path.parent.name == 'semi']
PSEUDO = [path for path in SEMI if re.search('pseudo|distill', path.name)]
# Of each family one that takes a step here; the small recipes all do.
FAMILIES = (
    'res18_coco1k_multiaugs',
    'res18_coco1k_multiaugs_drawn',
    'res18_coco1k_multiaugs_mean_teacher',
    'res18_coco1k_multiaugs_public',
    'res18_coco1k_multiaugs_single',
    'res18_coco1k_sspcm',
    'res18_coco1k_sspcm_multiaugs',
    'res18_coco1k_dual_adaptive',
    'res50_wild_sspcm',
    'hrnet_w32_mpii_sspcm',
    'hrnet_w48_wild_multiaugs',
    'res18_coco1k_supervised',
    'res18_coco1k_pseudo',
    'res18_coco1k_standard',
    'res18_coco1k_mean_teacher',
    'res18_coco1k_single',
    'res18_coco1k_dual',
    'res18_coco1k_dual_randaugment',
    'res18_hrnet_w48_coco1k_dual_affine',
    'res50_wild_dual',
    'res18_mpii_supervised',
    'res18_mpii_dual',
)
STEPS = [path for path in CONFIGS if path not in SEMI or path.stem in FAMILIES]


@pytest.fixture(scope='session')
def roots(synthetic_coco, tmp_path_factory) -> dict[str, Path]:
    """Data roots by a part of the recipes' names."""
    root = {
        name: tmp_path_factory.mktemp(name) for name in ('coco', 'wild', 'mpii', 'lsp')
    }
    stand_ins.write_coco(root['coco'], synthetic_coco)
    stand_ins.write_mpii_and_aic(root['mpii'])
    stand_ins.write_lsp(root['lsp'])
    return {**root, 'wild': root['coco'], 'demo': synthetic_coco}


# MMEngine would read all of MMPose's model index anew for each config.
read_index_once = cache(config_utils._get_cfg_metainfo)


@cache
def load(path: Path) -> Config:
    with patch.object(config_utils, '_get_cfg_metainfo', read_index_once):
        return Config.fromfile(ROOT / path)


@pytest.fixture(scope='module', autouse=True)
def _fast_collection():
    # Each data set calls for a full garbage collection.
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def config(request, roots) -> Config:
    cfg = deepcopy(load(request.param))
    (root,) = {roots[name] for name in roots if name in request.param.stem}
    set_data_root(cfg, str(root))
    if 'pseudo_labels' in cfg:
        stand_ins.write_pseudo_labels(cfg)
    return cfg


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize('config', paths, indirect=True, ids=str)


def test_there_are_configs():
    assert Path('configs/semi/hrnet_w48_coco1k_dual.py') in CONFIGS
    assert len([path for path in STEPS if path in SEMI]) == len(FAMILIES)


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_a_recipe_is_short_and_begins_with_its_command(path):
    lines = (ROOT / path).read_text().splitlines()
    commands = (
        f'python tools/train.py {path}',
        f'python tools/test.py {path} CHECKPOINT',
    )
    assert lines[0].removeprefix('# ') in commands
    code = [line for line in lines if line.strip() and not line.startswith('#')]
    assert len(code) <= 40


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_at_most_four_levels_lead_from_mmpose_to_a_recipe(path):
    assert 1 <= levels(ROOT / path) <= 4


def levels(path: Path) -> float:
    """Count our files on the longest way up to MMPose; minus infinity if none leads."""
    code = re.search(r'^_base_ = (\[.*?\]|.*?$)', path.read_text(), re.M | re.S)
    bases = ast.literal_eval(code[1]) if code else []
    bases = [bases] if isinstance(bases, str) else bases
    above = [0 if '::' in base else levels(path.parent / base) for base in bases]
    return 1 + max(above, default=-math.inf)


@each(CONFIGS)
def test_sets_and_model_fit(config):
    check_files(config, TRAIN + TEST)
    model = build_on_meta(config)
    dataset = DATASETS.build(config.train_dataloader.dataset)
    val_dataset = DATASETS.build(config.val_dataloader.dataset)
    labeled = dataset
    if isinstance(dataset, SemiDataset):
        labeled = dataset.labeled
        seen = len(dataset) * dataset.unlabeled_per_labeled
        assert seen >= len(dataset.unlabeled)
    for number, network in enumerate(networks_of(model), 1):
        check_network(network, labeled, number)
    if isinstance(dataset, SemiDataset) and 'lsp' not in config.filename:
        check_overlap(dataset.unlabeled, val_dataset, 'error')
    assert len(val_dataset) > 0


META_MODELS: dict[str, TopdownPoseEstimator] = {}


def build_on_meta(config: Config) -> TopdownPoseEstimator:
    """Build a model without weights, once for all recipes that share it."""
    key = str(config.model)
    if key not in META_MODELS:
        with torch.device('meta'):
            META_MODELS[key] = MODELS.build(config.model)
        for network in networks_of(META_MODELS[key]):
            check_shapes(network, config.codec)
    return META_MODELS[key]


def networks_of(model: TopdownPoseEstimator) -> tuple[TopdownPoseEstimator, ...]:
    return getattr(model, 'networks', (model,))


@torch.no_grad()
def check_shapes(network: TopdownPoseEstimator, codec: Config) -> None:
    width, height = codec.input_size
    heatmaps = network(torch.empty(1, 3, height, width, device='meta'), None)
    w, h = codec.heatmap_size
    assert heatmaps.shape == (1, network.head.out_channels, h, w)


@each(STEPS)
def test_a_training_step_moves_each_network(config):
    if 'semi' in Path(config.filename).parts:
        narrow(config.model)
    model = MODELS.build(config.model).train()
    dataset = DATASETS.build(config.train_dataloader.dataset)
    last_layers = [net.head.final_layer for net in networks_of(model)]
    before = [layer.weight.clone() for layer in last_layers]
    losses = model.train_step(
        pseudo_collate([dataset[0], dataset[1]]),
        build_optim_wrapper(model, config.optim_wrapper),
    )
    assert all(torch.isfinite(value).all() for value in losses.values())
    assert any(name.endswith('loss_kpt') for name in losses)
    assert ('loss_consistency' in losses) == isinstance(dataset, SemiDataset)
    for layer, weight in zip(last_layers, before, strict=True):
        assert not layer.weight.equal(weight)


def narrow(network: dict) -> None:
    """Cut a network, and its peer, down to a small part of its width."""
    backbone, head = network['backbone'], network['head']
    if backbone.type == 'HRNet':
        for stage in list(backbone.extra.values())[1:]:
            stage.num_channels = [channels // 6 for channels in stage.num_channels]
        head.in_channels //= 6
    else:
        backbone.base_channels = 8  # of 64
        head.in_channels //= 8
        head.deconv_out_channels = (16, 16, 16)
    if network.get('peer'):
        narrow(network['peer'])


@each([Path('configs/semi/res18_mpii_dual.py')])
def test_data_root_moves_the_head_boxes_of_mpii(config, roots):
    wanted = str(roots['mpii'] / 'mpii/annotations/mpii_gt_val.mat')
    boxes = [
        node.headbox_file
        for node in data_nodes(config, TRAIN + TEST)
        if 'headbox_file' in node
    ]
    assert boxes == [wanted, wanted]  # validation and test


@each(PSEUDO)
def test_pseudo_labels_are_as_frequent_as_real_ones_and_made_as_said(config):
    labeled, pseudo = load_sets(config)
    assert labeled.times * labeled.dataset.indices == 150_000
    assert pseudo.indices is None
    how = config.pseudo_labels
    (teacher,) = (Path(one).relative_to(ROOT) for one in how.teachers)
    text = re.sub(r'[ \\]*\n#? *', ' ', Path(config.filename).read_text())
    assert ('--tta' in text) == how.tta == ('distill' in config.filename)
    for part in (
        f'train.py {teacher} python tools/dataset/make_pseudo_labels.py '
        f'{teacher} work_dirs/{teacher.stem}/epoch_210.pth',
        f'--unlabeled {Path(config.filename).relative_to(ROOT)}',
        f'--out data/coco/{pseudo.ann_file}',
    ):
        assert part in text
    taught = load(ROOT / teacher).train_dataloader.dataset
    assert taught.indices == labeled.dataset.indices


PSEUDO_LABELED = [path for path in CONFIGS if re.search('pseudo|distill', path.stem)]


@pytest.mark.parametrize(
    'path', [one for one in PSEUDO_LABELED if one.parent.name != '_base_'], ids=str
)
def test_pseudo_labels_are_for_the_people_of_the_dual_recipe(path):
    method = re.compile('dual_distill|pseudo|distill')
    dual = method.sub('dual', path.stem)
    teacher = (
        dual if 'dual_distill' in path.stem else method.sub('supervised', path.stem)
    )
    own, other = (
        recipe_people(str(ROOT / path.with_stem(s))) for s in (path.stem, dual)
    )
    assert (own.dataset, own.root) == (other.dataset, other.root)
    _, pseudo = load_sets(load(path))
    assert pseudo.get('indices') is None  # all of them
    for text in load(path).pseudo_labels.teachers:
        assert Path(text.partition('@')[0]) == ROOT / path.with_stem(teacher)
    text = re.sub(r'[ \\]*\n#? *', ' ', (ROOT / path).read_text())
    assert f'--unlabeled {path}' in text


def load_sets(config: Config) -> tuple[Config, Config]:
    return config.train_dataloader.dataset.datasets


def test_the_table_lists_each_recipe_once():
    text = (ROOT / 'configs/semi/README.md').read_text()
    rows = re.findall(r'^\| \[(\w+)\]\((\w+)\.py\) \|', text, re.M)
    assert sorted(rows) == sorted((path.stem, path.stem) for path in SEMI)


def test_links_of_the_table_resolve():
    folder = ROOT / 'configs/semi'
    links = re.findall(r'\]\(([^)]+)\)', (folder / 'README.md').read_text())
    for link in links:
        if '://' in link:  # a config of MMPose, which is installed too
            path = (
                Path(mmpose.__file__).parent / f'.mim/configs{link.split("configs")[1]}'
            )
        else:
            path = folder / link
        assert path.exists(), link


@pytest.mark.parametrize(
    ('recipe', 'option', 'owner'),
    [
        ('standard', 'model.consistency_head.weight', 'DualConsistencyHead'),
        ('dual', 'model.hard_pipeline.0.num_joints', 'JointCutout'),
        (
            'dual_randaugment',
            'model.hard_pipeline.0.magnitude',
            'RandAugment',
        ),
        ('dual', 'train_dataloader.dataset.labeled.indices', 'CocoDataset'),
    ],
)
def test_what_the_paper_varies_is_where_the_table_says(recipe, option, owner):
    assert f'`--cfg-options {option}=' in (ROOT / 'configs/semi/README.md').read_text()
    node = load(Path(f'configs/semi/res18_coco1k_{recipe}.py'))
    for part in option.split('.')[:-1]:
        node = node[int(part) if part.isdigit() else part]
    assert node.type == owner


def test_the_warm_start_is_what_its_command_trains():
    path = Path('configs/semi/res18_coco1k_dual_warm.py')
    (hook,) = (one for one in load(path).custom_hooks if one.type == 'SemiRunner')
    starts = hook.warm_start
    text = (ROOT / path).read_text()
    assert 'for seed in 1 2; do' in text and 'randomness.seed=$seed' in text
    (folder,) = re.findall(r'--work-dir (\S+)\$seed', text)
    assert starts == [f'{folder}{seed}/epoch_210.pth' for seed in (1, 2)]
    supervised = load(Path('configs/semi/res18_coco1k_supervised.py'))
    assert supervised.train_cfg.max_epochs == 210
