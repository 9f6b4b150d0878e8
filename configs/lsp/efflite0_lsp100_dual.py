# python tools/train.py configs/lsp/efflite0_lsp100_dual.py
# PoseDual with Joint Cutout: two EfficientNet-Lite0 teach each other.
_base_ = './efflite0_lsp100_supervised.py'

custom_hooks = [
    *_base_.custom_hooks[:-1],
    dict(type='SemiRunner', warmup=300),
]
val_cfg = dict(type='SemiValLoop')
model = dict(
    type='DualPoseEstimator',
    data_preprocessor=dict(type='SemiDataPreprocessor'),
    # Boxes of half the paper's size, as the crops are half its 192x256.
    hard_pipeline=[
        dict(type='JointCutout', jitter_std=5, half_size=(5, 9)),
        dict(type='HardAffine'),
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
