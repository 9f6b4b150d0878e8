"""The SemiRunner hook through real runs."""

import math
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.optim import AmpOptimWrapper
from mmpose.registry import HOOKS, MODELS

from semi_pose.engine import updates
from semi_pose.engine.checkpoints import read_checkpoint
from semi_pose.engine.checks import check_precision
from semi_pose.engine.runner import ResumableRunner
from semi_pose.engine.updates import epoch_length
from semi_pose.errors import UserError
from semi_pose.models import DualConsistencyHead

from ..helpers.runs import (
    build_runner,
    coco_set,
    run_config,
    semi_set,
    supervised_model,
)
from ..helpers.tiny import estimator


@HOOKS.register_module()
class WeightRecorder(Hook):
    """Records lambda and the consistency loss of each step."""

    def before_train(self, runner):
        self.weights, self.losses = [], []

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.weights.append(runner.model.consistency_head.current_weight)
        self.losses.append(outputs.get('loss_consistency'))


@HOOKS.register_module()
class Poison(Hook):
    """Makes one loss, a label or the gradients of a step infinite."""

    def __init__(self, part, step):
        self.part = part
        self.step = step

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter + 1 != self.step:
            return
        self.batch = data_batch
        model = runner.model
        if self.part == 'label':
            heatmaps = data_batch['data_samples']['sup'][1].gt_fields.heatmaps
            heatmaps[0, 0, 0] = math.nan
        elif self.part == 'gradient':
            model.backbone.conv.weight.register_hook(lambda one: one * math.inf)
        else:
            heads = dict(net1=model.head, net2=model.peer.head)
            head = heads.get(self.part, model.consistency_head)
            head.loss_module.loss_weight = math.inf


@HOOKS.register_module()
class ShapeRecorder(Hook):
    """Records the shapes of each step's images, by branch."""

    def before_train(self, runner):
        self.shapes = []

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        inputs = data_batch['inputs']
        self.shapes.append({name: one.shape for name, one in inputs.items()})


def recorded(runner, kind=WeightRecorder):
    return next(hook for hook in runner.hooks if isinstance(hook, kind))


def weights_at(steps, **settings):
    """Lambda after so many steps."""
    head = DualConsistencyHead(**settings)
    weights = []
    for head.step in steps:
        weights.append(head.current_weight)
    return weights


def test_weight_is_one_from_the_first_step_by_default():
    assert weights_at((0, 1, 10**6)) == [1, 1, 1]


def test_weight_warms_up_and_ramps():
    steps = (0, 9, 10, 15, 20, 100)
    expected = [0, 0, 2 * math.exp(-5), 2 * math.exp(-1.25), 2, 2]
    found = weights_at(steps, weight=2, warmup=10, ramp=10)
    assert found == pytest.approx(expected)


def test_warm_up_trains_on_the_labels_alone(synthetic_coco, tmp_path):
    cfg = run_config(synthetic_coco, tmp_path)
    cfg.model.consistency_head = dict(warmup=2)
    runner = build_runner(
        synthetic_coco,
        tmp_path / 'run',
        model=cfg.model,
        custom_hooks=[dict(type='SemiRunner'), dict(type='WeightRecorder')],
    )
    runner.train()
    assert recorded(runner).weights == [0, 0, 1]
    assert [loss is None for loss in recorded(runner).losses] == [True, True, False]


def test_several_unlabeled_samples_with_each_labeled_one(synthetic_coco, tmp_path):
    loader = dict(
        batch_size=4,
        sampler=dict(type='DefaultSampler', shuffle=True),
        dataset=semi_set(synthetic_coco, unlabeled_per_labeled=2),
    )
    names = ('SemiRunner', 'ShapeRecorder', 'WeightRecorder')
    hooks = [dict(type=name) for name in names]
    changes = dict(train_dataloader=loader, custom_hooks=hooks)
    runner = ResumableRunner.from_cfg(run_config(synthetic_coco, tmp_path, **changes))
    runner.train()
    shapes = 3 * [dict(sup=(4, 3, 64, 48), easy=(8, 3, 64, 48))]
    assert recorded(runner, ShapeRecorder).shapes == shapes
    assert all(one > 0 for one in recorded(runner).losses)


def test_warm_start_fills_both_networks(synthetic_coco, tmp_path):
    paths = []
    for seed in (1, 2):
        run = build_runner(
            synthetic_coco,
            tmp_path / f'supervised{seed}',
            model=supervised_model(),
            train_dataloader=dict(
                batch_size=4,
                sampler=dict(type='DefaultSampler', shuffle=True),
                dataset=semi_set(synthetic_coco)['labeled'],
            ),
            val_cfg=dict(),
            randomness=dict(seed=seed),
        )
        run.train()
        paths.append(str(tmp_path / f'supervised{seed}' / 'iter_3.pth'))
    runner = build_runner(
        synthetic_coco,
        tmp_path / 'dual',
        custom_hooks=[dict(type='SemiRunner', warm_start=paths)],
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.0)),
    )
    runner.train()
    for network, path in zip(runner.model.networks, paths, strict=True):
        start = read_checkpoint(str(path))['state_dict']
        for name, value in network.named_parameters():
            if not name.startswith('peer.'):
                torch.testing.assert_close(value.data, start[name])


def test_warm_start_of_another_network_is_refused(synthetic_coco, tmp_path):
    path = tmp_path / 'other.pth'
    torch.save(dict(state_dict={'backbone.conv.weight': torch.zeros(1)}), path)
    hooks = [dict(type='SemiRunner', warm_start=[str(path)] * 2)]
    runner = build_runner(synthetic_coco, tmp_path / 'run', custom_hooks=hooks)
    with pytest.raises(UserError, match=r'other\.pth is of another model'):
        runner.train()


@pytest.mark.parametrize(
    ('pipeline', 'error'),
    [
        (['HardAffine'], 'would stay the same'),
        (['RandAugment', 'HardAffine', 'RedrawTargets'], 'would stay the same'),
        (['JointCutout', 'HardAffine'], None),
    ],
)
def test_networks_that_would_stay_the_same(synthetic_coco, tmp_path, pipeline, error):
    path = str(tmp_path / 'start.pth')
    torch.save(MODELS.build(supervised_model()).state_dict(), path)
    hard_pipeline = [dict(type=name) for name in pipeline]
    runner = build_runner(
        synthetic_coco,
        tmp_path / f'{len(pipeline)}_{pipeline[0]}',
        model=estimator(joints=17, hard_pipeline=hard_pipeline),
        custom_hooks=[dict(type='SemiRunner', warm_start=[path, path])],
    )
    with pytest.raises(UserError, match=error) if error else nullcontext():
        runner.train()
    first, second = (network.head.final_layer.weight for network in runner.model.peers)
    assert torch.equal(first, second) is (error is not None)


def test_networks_that_differ_may_share_their_views(synthetic_coco, tmp_path):
    model = estimator(joints=17, hard_pipeline=[dict(type='HardAffine')])
    build_runner(synthetic_coco, tmp_path / 'run', model=model).train()


@pytest.mark.parametrize(
    ('dtype', 'one_path', 'is_refused'),
    [
        (None, True, True),
        (torch.float16, True, True),
        (torch.bfloat16, True, False),
        (None, False, False),
    ],
)
def test_paths_one_at_a_time_are_not_computed_in_fp16(dtype, one_path, is_refused):
    wrapper = AmpOptimWrapper.__new__(AmpOptimWrapper)  # to build it takes a GPU
    wrapper.cast_dtype = dtype
    runner = SimpleNamespace(optim_wrapper=wrapper)
    model = SimpleNamespace(one_path_at_a_time=one_path)
    with pytest.raises(UserError, match='bf16') if is_refused else nullcontext():
        check_precision(runner, model)


def test_an_infinite_sampler_counts_one_process(synthetic_coco, tmp_path, monkeypatch):
    cfg = run_config(synthetic_coco, tmp_path)
    loaders = []
    for kind in ('DefaultSampler', 'InfiniteSampler'):
        cfg.train_dataloader.sampler = dict(type=kind, shuffle=True)
        loaders.append(ResumableRunner.build_dataloader(cfg.train_dataloader))
    default, infinite = loaders
    assert epoch_length(default) == epoch_length(infinite) == len(infinite) > 4
    monkeypatch.setattr(updates, 'get_world_size', lambda: 4)
    assert epoch_length(infinite) == math.ceil(len(infinite) / 4)
    assert epoch_length(default) == len(default)  # has its share of the set


def test_missing_warm_start_is_named(synthetic_coco, tmp_path):
    hooks = [dict(type='SemiRunner', warm_start=['nowhere.pth'] * 2)]
    runner = build_runner(synthetic_coco, tmp_path / 'run', custom_hooks=hooks)
    with pytest.raises(UserError, match=r'nowhere\.pth does not exist'):
        runner.train()


def test_joint_counts_that_differ(synthetic_coco, tmp_path):
    model = estimator(joints=14)
    runner = build_runner(synthetic_coco, tmp_path / 'run', model=model)
    with pytest.raises(UserError, match=r'has 17 joints, .* network 1 predicts 14'):
        runner.train()


@pytest.mark.parametrize(
    'other',
    [dict(input_size=(96, 128), heatmap_size=(24, 32)), dict(type='UDPHeatmap')],
)
def test_codecs_that_differ(synthetic_coco, tmp_path, other):
    model = run_config(synthetic_coco, tmp_path).model
    model.head.decoder.update(other)
    runner = build_runner(synthetic_coco, tmp_path / 'run', model=model)
    with pytest.raises(UserError, match='GenerateTarget.encoder and head.decoder'):
        runner.train()


@pytest.mark.parametrize('mode', ['error', 'warn'])
def test_validation_images_among_the_unlabeled(synthetic_coco, tmp_path, mode):
    cfg = run_config(synthetic_coco, tmp_path)
    pipeline = cfg.val_dataloader.dataset.pipeline
    overlapping = coco_set(synthetic_coco, 'val', pipeline, type='UnlabeledDataset')
    cfg.train_dataloader.dataset.unlabeled = overlapping
    runner = build_runner(
        synthetic_coco,
        tmp_path / 'run',
        train_dataloader=cfg.train_dataloader,
        custom_hooks=[dict(type='SemiRunner', val_overlap=mode)],
    )
    if mode == 'warn':
        runner.train()
        log = next((tmp_path / 'run').glob('*/*.log')).read_text()
        assert 'include 8 validation images' in log
    else:
        with pytest.raises(UserError, match='include 8 validation images'):
            runner.train()


def test_validation_images_with_labels_of_networks(synthetic_coco, tmp_path):
    cfg = run_config(synthetic_coco, tmp_path)
    labeled = cfg.train_dataloader.dataset.labeled
    pseudo = coco_set(synthetic_coco, 'val', labeled.pipeline)
    both = dict(type='ConcatDataset', datasets=[labeled, pseudo])
    cfg.train_dataloader.dataset = both
    settings = dict(
        model=supervised_model(),
        train_dataloader=cfg.train_dataloader,
        val_cfg=dict(type='ValLoop'),
    )
    runner = build_runner(
        synthetic_coco, tmp_path / 'run', pseudo=dict(pseudo), **settings
    )
    with pytest.raises(UserError, match='val2017.json. include 8 validation images'):
        runner.train()


@pytest.mark.parametrize('part', ['net1', 'net2', 'consistency', 'gradient'])
def test_a_bad_loss_is_named_and_nothing_of_it_is_saved(synthetic_coco, tmp_path, part):
    every_step = dict(type='CheckpointHook', by_epoch=False, interval=1)
    runner = build_runner(
        synthetic_coco,
        tmp_path / 'run',
        custom_hooks=[dict(type='SemiRunner'), dict(type='Poison', part=part, step=2)],
        default_hooks=dict(checkpoint=every_step),
    )
    with pytest.raises(UserError) as error:
        runner.train()
    message = str(error.value)
    labeled, unlabeled = 'of the labeled branch, on ', 'of the unlabeled branch, on '
    assert (labeled in message) is part.startswith('net')
    assert (unlabeled in message) is (part == 'consistency')
    start = {
        'net1': 'The loss is not finite at step 2: net1.loss_kpt of the labeled',
        'net2': 'The loss is not finite at step 2: net2.loss_kpt of the labeled',
        'consistency': 'The loss is not finite at step 2: loss_consistency of the',
        'gradient': 'The weights (backbone.conv.weight, ...) are not finite after',
    }
    assert message.startswith(start[part])
    if part != 'gradient':
        (poison,) = (hook for hook in runner.hooks if isinstance(hook, Poison))
        branch = 'easy' if part == 'consistency' else 'sup'
        samples = poison.batch['data_samples'][branch]
        paths = list(dict.fromkeys(one.img_path for one in samples))
        more = f' and {len(paths) - 3} more' if len(paths) > 3 else ''
        assert f'branch, on {", ".join(paths[:3])}{more}. ' in message
    first = tmp_path / 'run/iter_1.pth'
    assert f'The last checkpoint is {first}.' in message
    assert [*(tmp_path / 'run').glob('*.pth')] == [first]
    weights = read_checkpoint(str(first))['state_dict'].values()
    assert all(one.isfinite().all() for one in weights)


def test_labels_that_are_not_finite_are_named(synthetic_coco, tmp_path):
    hooks = [dict(type='SemiRunner'), dict(type='Poison', part='label', step=1)]
    runner = build_runner(synthetic_coco, tmp_path / 'run', custom_hooks=hooks)
    with pytest.raises(UserError) as error:
        runner.train()
    (poison,) = (hook for hook in runner.hooks if isinstance(hook, Poison))
    path = poison.batch['data_samples']['sup'][1].img_path
    assert f'The targets of {path} are not finite: correct' in str(error.value)


def test_a_step_reads_no_loss_again(synthetic_coco, tmp_path, monkeypatch):
    reads = []
    item = torch.Tensor.item
    monkeypatch.setattr(torch.Tensor, 'item', lambda one: reads.append(1) or item(one))
    counts = []
    for hooks in ([], [dict(type='SemiRunner')]):
        folder = tmp_path / f'run{len(counts)}'
        cfg = dict(val_cfg=None, val_dataloader=None, val_evaluator=None)
        runner = build_runner(synthetic_coco, folder, custom_hooks=hooks, **cfg)
        runner.train()
        counts.append(len(reads))
        reads.clear()
    assert counts[0] == counts[1] > 0


def test_supervised_run_gets_the_checks_too(synthetic_coco, tmp_path):
    labeled = semi_set(synthetic_coco)['labeled']
    runner = build_runner(
        synthetic_coco,
        tmp_path / 'run',
        model=supervised_model(joints=5),
        train_dataloader=dict(
            batch_size=4, sampler=dict(type='DefaultSampler'), dataset=labeled
        ),
        val_cfg=dict(),
    )
    with pytest.raises(UserError, match='17 joints'):
        runner.train()
