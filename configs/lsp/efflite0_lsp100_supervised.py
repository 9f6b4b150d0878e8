# python tools/train.py configs/lsp/efflite0_lsp100_supervised.py
# The baseline: EfficientNet-Lite0 (ImageNet weights) on 100 labeled people of LSP.
_base_ = [
    'mmpose::_base_/default_runtime.py',
    '../_base_/semi.py',
    '../_base_/lsp100.py',
]

custom_hooks = _base_.custom_hooks + _base_.semi_hooks
default_hooks = dict(
    logger=dict(log_metric_by_epoch=False),
    checkpoint=dict(
        by_epoch=False,
        interval=400,
        max_keep_ckpts=1,
        save_best='coco/AP',
        rule='greater',
    ),
)
log_processor = dict(by_epoch=False)
train_cfg = dict(
    _delete_=True, type='IterBasedTrainLoop', max_iters=1200, val_interval=400
)
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
param_scheduler = [
    dict(type='MultiStepLR', milestones=[840, 1080], gamma=0.1, by_epoch=False)
]

model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(
        type='PoseDataPreprocessor', mean=[127] * 3, std=[128] * 3, bgr_to_rgb=True
    ),
    backbone=dict(
        type='EfficientNetLite',
        drop_connect_rate=0.0,
        frozen_stages=2,
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='efficientnet-lite0://imagenet'),
    ),
    neck=dict(type='LateralSum', in_channels=[24, 40, 112], out_channels=64),
    head=dict(
        type='HeatmapHead',
        in_channels=64,
        out_channels=14,
        deconv_out_channels=None,
        loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=0.5),
        decoder=_base_.codec,
    ),
    train_cfg=dict(compute_acc=False),
    test_cfg=dict(flip_test=False),
)
