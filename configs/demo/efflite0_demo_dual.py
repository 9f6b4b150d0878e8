# python tools/train.py configs/demo/efflite0_demo_dual.py
# PoseDual with Joint Cutout: two EfficientNet-Lite0 teach each other.
_base_ = './efflite0_demo_supervised.py'

val_cfg = dict(type='SemiValLoop')
model = dict(
    type='DualPoseEstimator',
    data_preprocessor=dict(type='SemiDataPreprocessor'),
    hard_pipeline=[
        _base_.small_cutout,
        *_base_.mild_affine,
        # A warp would blur peaks that are hardly wider than a pixel.
        dict(type='RedrawTargets', sigma=_base_.codec.sigma),
    ],
    warp_as_public_code=False,
    # From ImageNet weights the teachers first need a start on the labels alone.
    consistency_head=dict(type='DualConsistencyHead', warmup=250),
)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='SemiDataset',
        labeled=_base_.labeled,
        unlabeled=_base_.unlabeled,
        unlabeled_per_labeled=2,
    )
)
