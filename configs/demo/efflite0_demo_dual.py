# python tools/train.py configs/demo/efflite0_demo_dual.py
# PoseDual with Joint Cutout: two EfficientNet-Lite0 teach each other.
_base_ = './efflite0_demo_supervised.py'

val_cfg = dict(type='SemiValLoop')
model = dict(
    type='DualPoseEstimator',
    data_preprocessor=dict(type='SemiDataPreprocessor'),
    hard_pipeline=_base_.mild_cutout_affine,
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
