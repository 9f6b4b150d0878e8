# python tools/train.py configs/lsp/efflite0_lsp100_dual.py
# PoseDual with Joint Cutout: two EfficientNet-Lite0 teach each other.
_base_ = ['../_base_/efflite0_lsp.py', '../_base_/schedules/lsp_1200_steps.py']

val_cfg = dict(type='SemiValLoop')
train_cfg = _base_.steps
param_scheduler = _base_.decay
default_hooks = _base_.save

model = dict(
    _base_.dual,
    # Another network: its backbone, its neck or None, and in_channels of the head.
    # Short training on few labels needs milder hard views than the paper's.
    hard_pipeline=_base_.mild_cutout_affine,
    # Few steps need a start on the labels alone, and a smaller lambda than the paper's.
    consistency_head=dict(type='DualConsistencyHead', warmup=400, weight=0.5),
)
labeled = dict(_base_.labeled, indices=100)  # number of labels
train_dataloader = dict(dataset=dict(_base_.pairs, _delete_=True, labeled=labeled))
