# python tools/train.py configs/demo/efflite0_demo_dual.py
# PoseDual with Joint Cutout: two EfficientNet-Lite0 teach each other.
_base_ = './efflite0_demo_supervised.py'

val_cfg = dict(type='SemiValLoop')
model = dict(
    type='DualPoseEstimator',
    data_preprocessor=dict(type='SemiDataPreprocessor'),
    # Milder than the paper's, as the training is shorter and the crops are smaller.
    hard_pipeline=[
        dict(type='JointCutout', num_joints=3, jitter_std=3, half_size=(3, 6)),
        dict(type='HardAffine', scale_std=0.15, rotation_std=15, rotation_limit=30),
    ],
    # From ImageNet weights the teachers first need a start on the labels alone.
    consistency_head=dict(type='DualConsistencyHead', warmup=200),
)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='SemiDataset',
        labeled=_base_.labeled,
        unlabeled=_base_.unlabeled,
    )
)
