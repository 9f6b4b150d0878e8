"""Real runs of tiny networks on the synthetic data set."""

from copy import deepcopy
from pathlib import Path

from mmengine.config import Config
from mmengine.runner import Runner

from .tiny import codec, estimator, head

CROP = codec()
LOAD = [dict(type='LoadImageOrSkip'), dict(type='GetBBoxCenterScale')]
AFFINE = dict(type='TopdownAffine', input_size=CROP['input_size'])
PACK = dict(type='PackPoseInputs')
SEMI_HOOK = dict(type='SemiRunner')


def coco_set(root: Path, split: str, pipeline: list, **changes) -> dict:
    """Config of a COCO set of the synthetic folder."""
    return {
        'type': 'CocoDataset',
        'data_root': str(root),
        'ann_file': f'annotations/person_keypoints_{split}2017.json',
        'data_prefix': dict(img=f'{split}2017/'),
        'pipeline': pipeline,
        **changes,
    }


def semi_set(root: Path, **changes) -> dict:
    """Config of labeled and unlabeled people of the synthetic folder."""
    target = dict(type='GenerateTarget', encoder=CROP)
    return {
        'type': 'SemiDataset',
        'labeled': coco_set(root, 'train', [*LOAD, AFFINE, target, PACK], indices=8),
        'unlabeled': coco_set(
            root, 'train', [*LOAD, AFFINE, PACK], type='UnlabeledDataset'
        ),
        **changes,
    }


def run_config(root: Path, work_dir: Path, **changes) -> Config:
    """Config of a run of 3 steps of 4 + 4 with one validation."""
    hard_pipeline = [dict(type='JointCutout'), dict(type='HardAffine')]
    model = estimator(joints=17, hard_pipeline=hard_pipeline)
    val_set = coco_set(root, 'val', [*LOAD, AFFINE, PACK], test_mode=True)
    ann_file = str(root / 'annotations/person_keypoints_val2017.json')
    shuffled = dict(type='DefaultSampler', shuffle=True)
    in_order = dict(type='DefaultSampler', shuffle=False)
    cfg = dict(
        default_scope='mmpose',
        work_dir=str(work_dir),
        model=model,
        train_dataloader=dict(batch_size=4, sampler=shuffled, dataset=semi_set(root)),
        val_dataloader=dict(batch_size=4, sampler=in_order, dataset=val_set),
        val_evaluator=dict(type='CocoMetric', ann_file=ann_file),
        train_cfg=dict(type='IterBasedTrainLoop', max_iters=3, val_interval=3),
        val_cfg=dict(type='SemiValLoop'),
        optim_wrapper=dict(optimizer=dict(type='Adam', lr=1e-3)),
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', by_epoch=False)),
        log_processor=dict(by_epoch=False),
        custom_hooks=[SEMI_HOOK],
        randomness=dict(seed=0),
    )
    return Config(deepcopy({**cfg, **changes}))


def build_runner(root: Path, work_dir: Path, **changes) -> Runner:
    """Build such a run under a name of its own."""
    cfg = run_config(root, work_dir, **changes)
    cfg.experiment_name = f'{work_dir.parent.name}_{work_dir.name}'
    return Runner.from_cfg(cfg)


def supervised_model(joints: int = 17) -> dict:
    """Config of a stock estimator of the tiny network."""
    return dict(
        type='TopdownPoseEstimator',
        data_preprocessor=dict(
            type='PoseDataPreprocessor', mean=[127] * 3, std=[128] * 3
        ),
        backbone=dict(type='TinyBackbone'),
        head=head(joints),
    )
