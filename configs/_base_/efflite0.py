# EfficientNet-Lite0 with ImageNet weights, all layers trained, for minutes on a CPU.
# Data and head are the recipe's.
_base_ = ['mmpose::_base_/default_runtime.py', './semi.py']

custom_hooks = _base_.custom_hooks + _base_.semi_hooks
log_processor = dict(by_epoch=False)
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))

# Short training on few labels needs milder hard views than the paper's.
mild_affine = [dict(type='HardAffine', rotation_std=15, rotation_limit=30)]

model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(
        type='PoseDataPreprocessor', mean=[127] * 3, std=[128] * 3, bgr_to_rgb=True
    ),
    backbone=dict(
        type='EfficientNetLite',
        drop_connect_rate=0.0,
        frozen_stages=0,
        norm_eval=False,
        init_cfg=dict(type='Pretrained', checkpoint='efficientnet-lite0://imagenet'),
    ),
    neck=dict(type='LateralSum', in_channels=[24, 40, 112]),
    head=dict(
        type='HeatmapHead',
        deconv_out_channels=None,
        loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=0.5),
    ),
    train_cfg=dict(compute_acc=False),
    # MSRA heatmaps lie one pixel off after a flip.
    test_cfg=dict(flip_test=False, shift_heatmap=True),
)
