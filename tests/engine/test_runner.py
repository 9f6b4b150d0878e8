"""The runner of tools/train.py, where MMEngine reaches for its loader."""

import pytest
from mmcv.transforms import BaseTransform
from mmengine.hooks import Hook
from mmpose.registry import TRANSFORMS

from semi_pose.engine.runner import ResumableRunner

from ..helpers.runs import (
    AFFINE,
    CROP,
    LOAD,
    PACK,
    coco_set,
    run_config,
    supervised_model,
)

TARGET = dict(type='GenerateTarget', encoder=CROP)


@TRANSFORMS.register_module()
class Blacken(BaseTransform):
    """Make a picture black."""

    def transform(self, results):
        results['img'][:] = 0
        return results


class Shades(Hook):
    """Note whether each batch shows anything."""

    def before_train(self, runner):
        self.seen = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self.seen.append(bool(sum(one.sum() for one in data_batch['inputs'])))


def test_the_learning_rate_follows_the_batch_size(synthetic_coco, tmp_path):
    cfg = run_config(synthetic_coco, tmp_path / 'scaled')
    cfg.auto_scale_lr = dict(enable=True, base_batch_size=16)
    runner = ResumableRunner.from_cfg(cfg)
    runner.train()  # batches of 4, at 1e-3
    assert runner.optim_wrapper.get_lr()['lr'] == [pytest.approx(0.25e-3)]


@pytest.mark.parametrize('workers', [0, 1])
def test_a_pipeline_is_switched_where_workers_stay(synthetic_coco, tmp_path, workers):
    pipeline = [*LOAD, AFFINE, TARGET, PACK]
    black = [*pipeline[:-1], dict(type='Blacken'), PACK]
    switch = dict(
        type='mmdet.PipelineSwitchHook', switch_epoch=1, switch_pipeline=black
    )
    cfg = run_config(
        synthetic_coco,
        tmp_path / f'workers{workers}',
        model=supervised_model(),
        train_dataloader=dict(
            batch_size=4,
            num_workers=workers,
            persistent_workers=workers > 0,
            sampler=dict(type='DefaultSampler', shuffle=True),
            dataset=coco_set(synthetic_coco, 'train', pipeline, indices=8),
        ),
        train_cfg=dict(by_epoch=True, max_epochs=3, val_interval=3),
        val_cfg=dict(),
        custom_hooks=[switch],
    )
    runner = ResumableRunner.from_cfg(cfg)
    spy = Shades()
    runner.register_hook(spy)
    runner.train()
    assert spy.seen == [True] * 2 + [False] * 4
