# python tools/train.py configs/lsp/efflite0_lsp100_dual.py
# PoseDual with Joint Cutout: two EfficientNet-Lite0 teach each other.
_base_ = './efflite0_lsp100_supervised.py'

val_cfg = dict(type='SemiValLoop')
model = dict(
    type='DualPoseEstimator',
    data_preprocessor=dict(type='SemiDataPreprocessor'),
    hard_pipeline=_base_.mild_cutout_affine,
    # Few steps want a start on the labels alone, and a smaller lambda than the paper's.
    consistency_head=dict(type='DualConsistencyHead', warmup=400, weight=0.5),
)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='SemiDataset',
        labeled=_base_.labeled,
        unlabeled=_base_.unlabeled,
    )
)
