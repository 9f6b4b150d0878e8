# EfficientNet-Lite0 with ImageNet weights on 96x128 crops, for minutes on a CPU. Data
# and head are the recipe's.
_base_ = ['mmpose::_base_/default_runtime.py', './semi.py']

custom_hooks = _base_.custom_hooks + _base_.semi_hooks
log_processor = dict(by_epoch=False)
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))

# Short training on few labels needs milder hard views than the paper's. Boxes are half
# as large as the paper's, like the crops.
mild_cutout_affine = [
    dict(type='JointCutout', num_joints=3, jitter_std=5, half_size=(5, 9)),
    dict(type='HardAffine', rotation_std=15, rotation_limit=30),
]

mild_affine = mild_cutout_affine[1:]
small = dict(half_size=(5, 9))
mild_cutout = mild_cutout_affine[0]
mild_occlude = dict(small, type='CutOcclude', jitter_std=5)
mild_four_paths = [
    [mild_cutout],
    [mild_occlude],
    [mild_occlude, dict(small, type='RandomCutout', num_boxes=3)],
    [mild_cutout, dict(small, type='RandomCutMix')],
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
