# python tools/train.py configs/lspet/efflite0_lspet500_dual.py
# PoseDual with Joint Cutout: two EfficientNet-Lite0 teach each other.
_base_ = ['../_base_/efflite0_lspet.py', '../_base_/schedules/lspet_3000_steps.py']

train_cfg = _base_.steps
param_scheduler = _base_.decay
default_hooks = _base_.save
val_cfg = dict(type='SemiValLoop')
model = dict(
    _base_.dual,
    hard_pipeline=[_base_.small_cutout, *_base_.affine],
    # From ImageNet weights the teachers first need a start on the labels alone.
    consistency_head=dict(warmup=500, weight=1.0),  # lambda
)
labeled = dict(_base_.labeled, indices=500)  # number of labels
train_dataloader = dict(dataset=dict(_base_.pairs, _delete_=True, labeled=labeled))
