"""The CollapseMonitor hook through real runs."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmcv.transforms import BaseTransform
from mmengine.hooks import Hook
from mmengine.model import BaseModule
from mmpose.registry import DATASETS, HOOKS, MODELS, TRANSFORMS

from semi_pose.errors import UserError
from semi_pose.runs.logs import read_scalars

from ..helpers.runs import (
    SEMI_HOOK,
    build_runner,
    run_config,
    semi_set,
    supervised_model,
)
from ..helpers.tiny import estimator, head
from ..tools.conftest import ROOT, TOOLS
from ..tools.test_dist import run

DIM, BRIGHT = 90, 230


@MODELS.register_module()
class Mirror(BaseModule):
    """Shows the picture itself as the heatmap, values 0 to 1."""

    def forward(self, images):
        return (F.avg_pool2d(images.mean(1, keepdim=True), 4),)


@TRANSFORMS.register_module()
class PaintDot(BaseTransform):
    """Paints the picture black but for heatmap pixel (2, 3)."""

    def __init__(self, value):
        self.value = value

    def transform(self, results):
        results['img'] = np.zeros_like(results['img'])
        results['img'][12:16, 8:12] = self.value
        return results


@TRANSFORMS.register_module()
class ShiftAndDim:
    """Moves the pictures by (3, 4) heatmap pixels and halves their values."""

    def __call__(self, view):
        return view._replace(images=view.images.roll((16, 12), (-2, -1)) / 2)


@HOOKS.register_module()
class Fade(Hook):
    """Sets the strength of all heatmaps, step by step."""

    def __init__(self, strengths):
        self.strengths = strengths

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        for network in runner.model.networks:
            network.head.final_layer.weight.data.fill_(self.strengths[runner.iter])


def mirror(model: dict, **changes) -> dict:
    ones = dict(type='Constant', layer='Conv2d', val=1, bias=0)
    return {
        **model,
        'data_preprocessor': dict(
            type='SemiDataPreprocessor', mean=[0] * 3, std=[255] * 3
        ),
        'backbone': dict(type='Mirror'),
        'head': dict(head(17), in_channels=1, init_cfg=ones),
        **changes,
    }


def painted(root, unlabeled: int = DIM, labeled: int = BRIGHT) -> dict:
    pairs = semi_set(root)
    for role, value in (('unlabeled', unlabeled), ('labeled', labeled)):
        pairs[role]['pipeline'].insert(-1, dict(type='PaintDot', value=value))
    return pairs


def build(root, work_dir, *, hooks=(), dataset=None, lambda_=None, **changes):
    """A run of a network that shows what is painted, and does not learn."""
    monitor = changes.pop('monitor', {})
    model = mirror(
        estimator(hard_pipeline=[dict(type='ShiftAndDim')], consistency_head=lambda_)
    )
    return build_runner(
        root,
        work_dir,
        **{
            'model': model,
            'custom_hooks': [
                SEMI_HOOK,
                *hooks,
                dict(type='CollapseMonitor', **monitor),
            ],
            'train_dataloader': dict(
                batch_size=4,
                sampler=dict(type='DefaultSampler'),
                dataset=dataset or painted(root),
            ),
            'optim_wrapper': dict(optimizer=dict(type='SGD', lr=0.0)),
            'val_cfg': None,
            'val_dataloader': None,
            'val_evaluator': None,
            'train_cfg': dict(type='IterBasedTrainLoop', max_iters=3),
            **changes,
        },
    )


def measured(work_dir: Path) -> list[dict]:
    records = read_scalars(work_dir)
    return [one for one in records if any(key.startswith('collapse/') for key in one)]


def log_of(work_dir: Path) -> str:
    return next(work_dir.glob('*/*.log')).read_text()


def warnings_in(work_dir: Path) -> list[str]:
    lines = log_of(work_dir).splitlines()
    return [line for line in lines if 'The heatmaps are collapsing' in line]


def test_logged_values_by_hand(synthetic_coco, tmp_path):
    build(synthetic_coco, tmp_path / 'run', monitor=dict(interval=2)).train()
    records = measured(tmp_path / 'run')
    assert [one['step'] for one in records] == [0, 2, 3]
    values = {
        key.removeprefix('collapse/'): value for key, value in records[-1].items()
    }
    assert values.pop('step') == 3
    targets = [
        one['data_samples'].gt_fields.heatmaps
        for one in DATASETS.build(painted(synthetic_coco)['labeled'])
    ]
    bins = [-np.inf, 0.2, 0.4, 0.6, 0.8, np.inf]
    counts, _ = np.histogram(torch.stack(targets), bins)
    pixel = 1 / (12 * 16)
    peak = DIM / 255
    assert values == pytest.approx(
        {
            'response': peak,
            'net1/response': peak,
            'net2/response': peak,
            'response_hard': peak / 2,
            'gap': peak / 2,
            'distance': 5 / 20,
            'below_threshold': 0,
            'labeled_response': BRIGHT / 255,
            **{f'hist_{i}': 0 for i in range(5)},
            'hist_0': 1 - pixel,
            'hist_1': pixel,
            **{f'gt_hist_{i}': one / counts.sum() for i, one in enumerate(counts)},
        },
        abs=1e-6,
    )
    assert (
        'Collapse, step 3: mean peak 0.353 on unlabeled images, 0.902 on labeled ones; '
        '0% of joints below 0.2; students on the hard view 0.176, gap +0.176'
    ) in log_of(tmp_path / 'run')


def test_it_warns_once_a_fall(synthetic_coco, tmp_path):
    build(
        synthetic_coco,
        tmp_path / 'run',
        dataset=painted(synthetic_coco, BRIGHT, BRIGHT),
        hooks=[dict(type='Fade', strengths=[1, 0.2, 0.2, 1, 0])],
        monitor=dict(interval=1),
        train_cfg=dict(type='IterBasedTrainLoop', max_iters=5),
    ).train()
    first, second = warnings_in(tmp_path / 'run')
    # Against what labeled images have shown once, as these have faded too.
    assert 'at step 2 the mean peak on unlabeled images is 0.18, 20% of the' in first
    assert 'at step 5 the mean peak on unlabeled images is 0, 0% of the 0.902' in second
    assert 'model.consistency_head.warmup' in first


def test_the_weaker_network_is_judged(synthetic_coco, tmp_path):
    model = mirror(estimator(hard_pipeline=[]))
    init = dict(type='Constant', layer='Conv2d', val=0.3, bias=0)
    model['peer'] = dict(head=dict(model['head'], init_cfg=init))
    dataset = painted(synthetic_coco, BRIGHT, BRIGHT)
    build(synthetic_coco, tmp_path / 'run', model=model, dataset=dataset).train()
    (record, _) = measured(tmp_path / 'run')
    strong = BRIGHT / 255
    assert record['collapse/response'] == pytest.approx(0.65 * strong)
    assert record['collapse/net2/response'] == pytest.approx(0.3 * strong)
    assert len(warnings_in(tmp_path / 'run')) == 1


@pytest.mark.parametrize(
    ('unlabeled', 'labeled', 'monitor'),
    [(DIM, BRIGHT, dict(ratio=0.3)), (0, 40, {}), (BRIGHT, DIM, {})],
    ids=['allowed', 'not learned yet', 'healthy'],
)
def test_no_warning(synthetic_coco, tmp_path, unlabeled, labeled, monitor):
    dataset = painted(synthetic_coco, unlabeled, labeled)
    build(synthetic_coco, tmp_path / 'run', dataset=dataset, monitor=monitor).train()
    assert len(measured(tmp_path / 'run')) == 2
    assert not warnings_in(tmp_path / 'run')


def test_noise_of_untrained_networks_is_no_measure(synthetic_coco, tmp_path):
    build(
        synthetic_coco,
        tmp_path / 'run',
        hooks=[dict(type='Fade', strengths=[1, 0.2, 0.2])],
        monitor=dict(interval=2),
    ).train()
    labeled = [one['collapse/labeled_response'] for one in measured(tmp_path / 'run')]
    assert labeled == pytest.approx([0.902, 0.18, 0.18], abs=1e-3)
    assert not warnings_in(tmp_path / 'run')


def test_stop_ends_the_run_after_the_warm_up_and_saves_nothing(
    synthetic_coco, tmp_path
):
    runner = build(
        synthetic_coco,
        tmp_path / 'run',
        lambda_=dict(warmup=2),
        monitor=dict(stop=True, interval=1),
    )
    with pytest.raises(UserError, match='at step 3 .* is 0.353, 39% of the 0.902'):
        runner.train()
    assert [one['step'] for one in measured(tmp_path / 'run')] == [0, 1, 2, 3]
    assert not list((tmp_path / 'run').glob('*.pth'))


def test_training_is_the_same_without_it(synthetic_coco, tmp_path):
    dataset = semi_set(synthetic_coco)
    flip = dict(type='RandomFlip', direction='horizontal', prob=0.5)
    for role in ('labeled', 'unlabeled'):
        dataset[role]['pipeline'].insert(2, flip)
    runs = []
    for name, hooks in (('with', [dict(type='CollapseMonitor', interval=1)]), ('', [])):
        cfg = run_config(synthetic_coco, tmp_path)
        loader = dict(cfg.train_dataloader, dataset=dataset)
        runner = build_runner(
            synthetic_coco,
            tmp_path / f'run{name}',
            train_dataloader=loader,
            custom_hooks=[SEMI_HOOK, *hooks],
        )
        runner.train()
        runs.append(runner.model.state_dict())
    torch.testing.assert_close(*runs, rtol=0, atol=0)
    assert len(measured(tmp_path / 'runwith')) == 4


def test_a_resumed_run_goes_on_with_the_same_sample(synthetic_coco, tmp_path):
    def train(max_iters, **changes):
        pipeline = [dict(type='JointCutout'), dict(type='HardAffine')]
        loop = dict(type='IterBasedTrainLoop', max_iters=max_iters)
        build(
            synthetic_coco,
            tmp_path / 'run',
            dataset=semi_set(synthetic_coco),
            model=mirror(estimator(hard_pipeline=pipeline)),
            monitor=dict(num=5),
            train_cfg=loop,
            **changes,
        ).train()

    train(2)
    train(4, resume=True)
    first, *others = measured(tmp_path / 'run')
    assert [one.pop('step') for one in (first, *others)] == [0, 2, 4]
    assert others == [first, first]


def supervised(root, work_dir, **monitor):
    return build(
        root,
        work_dir,
        model=mirror(supervised_model()),
        dataset=painted(root)['labeled'],
        monitor=monitor,
    )


def test_a_supervised_run_is_measured_and_not_warned(synthetic_coco, tmp_path):
    unlabeled = painted(synthetic_coco)['unlabeled']
    supervised(synthetic_coco, tmp_path / 'run', unlabeled=unlabeled).train()
    record = measured(tmp_path / 'run')[-1]
    assert record['collapse/response'] == pytest.approx(DIM / 255)
    assert record['collapse/labeled_response'] == pytest.approx(BRIGHT / 255)
    assert sum(record[f'collapse/hist_{i}'] for i in range(5)) == pytest.approx(1)
    assert not {'collapse/gap', 'collapse/response_hard'} & record.keys()
    assert not warnings_in(tmp_path / 'run')


def test_without_unlabeled_images_it_says_so_once(synthetic_coco, tmp_path):
    supervised(synthetic_coco, tmp_path / 'run', interval=1).train()
    assert not measured(tmp_path / 'run')
    assert log_of(tmp_path / 'run').count('CollapseMonitor measures nothing') == 1


def test_labels_without_heatmaps_are_refused(synthetic_coco, tmp_path):
    dataset = painted(synthetic_coco)
    del dataset['labeled']['pipeline'][-3]
    hooks = [dict(type='CollapseMonitor')]
    runner = build(
        synthetic_coco, tmp_path / 'run', dataset=dataset, custom_hooks=hooks
    )
    with pytest.raises(UserError, match='GenerateTarget in the labeled pipeline'):
        runner.train()


@pytest.mark.slow
def test_all_processes_stop(synthetic_coco, tmp_path, monkeypatch):
    monkeypatch.setenv('PYTHONPATH', str(ROOT))
    cfg = run_config(synthetic_coco, tmp_path / 'run')
    cfg.custom_imports = dict(
        imports=['semi_pose', __name__], allow_failed_imports=False
    )
    cfg.custom_hooks += [dict(type='CollapseMonitor', stop=True)]
    cfg.model = mirror(estimator(hard_pipeline=[]), peer=None)
    cfg.train_dataloader.dataset = painted(synthetic_coco)
    cfg.dump(tmp_path / 'config.py')
    status, output = run(TOOLS / 'dist_train.sh', tmp_path / 'config.py', 2)
    assert status == 1
    assert output.count('error: The heatmaps are collapsing: at step 3') == 1
