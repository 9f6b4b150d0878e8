# python tools/train.py configs/demo/efflite0_demo_dual.py
# PoseDual with Joint Cutout: two EfficientNet-Lite0 teach each other.
_base_ = './efflite0_demo_supervised.py'

# A few minutes of training want a start on the labels alone, a smaller lambda and
# milder hard views than the paper's. Boxes are half the paper's, as the crops are.
custom_hooks = [
    *_base_.custom_hooks[:-1],
    dict(type='SemiRunner', warmup=150, weight=0.5),
]
val_cfg = dict(type='SemiValLoop')
model = dict(
    type='DualPoseEstimator',
    data_preprocessor=dict(type='SemiDataPreprocessor'),
    hard_pipeline=[
        dict(type='JointCutout', num_joints=3, jitter_std=5, half_size=(5, 9)),
        dict(type='HardAffine', rotation_std=15, rotation_limit=30),
    ],
)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='SemiDataset',
        labeled=_base_.labeled,
        unlabeled=_base_.unlabeled,
    )
)
