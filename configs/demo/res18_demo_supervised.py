# python tools/train.py configs/demo/res18_demo_supervised.py
# The baseline: a narrow ResNet-18 (random weights) on 50 labeled synthetic people.
_base_ = [
    'mmpose::_base_/default_runtime.py',
    '../_base_/semi.py',
    '../_base_/demo_people.py',
]

custom_hooks = _base_.custom_hooks + _base_.semi_hooks
default_hooks = dict(
    logger=dict(interval=20),
    checkpoint=dict(by_epoch=False, interval=200, max_keep_ckpts=1),
)
log_processor = dict(by_epoch=False)
train_cfg = dict(
    _delete_=True, type='IterBasedTrainLoop', max_iters=1200, val_interval=200
)
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
param_scheduler = [
    dict(type='MultiStepLR', milestones=[900, 1100], gamma=0.1, by_epoch=False)
]

model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(
        type='PoseDataPreprocessor', mean=[127] * 3, std=[128] * 3, bgr_to_rgb=True
    ),
    backbone=dict(type='ResNet', depth=18, stem_channels=32, base_channels=32),
    head=dict(
        type='HeatmapHead',
        in_channels=256,
        out_channels=17,
        deconv_out_channels=(64, 64, 64),
        deconv_kernel_sizes=(4, 4, 4),
        loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=0.5),
        decoder=_base_.codec,
    ),
    train_cfg=dict(compute_acc=False),
    test_cfg=dict(flip_test=False),
)
