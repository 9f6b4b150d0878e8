# python tools/train.py configs/lsp/efflite0_lsp20_dual.py
# PoseDual with Joint Cutout on 20 labeled people of LSP.
_base_ = ['../_base_/efflite0_lsp.py', '../_base_/schedules/lsp_700_steps.py']

val_cfg = dict(type='SemiValLoop')
train_cfg = _base_.steps
param_scheduler = _base_.decay
default_hooks = _base_.save

model = dict(
    _base_.dual,
    hard_pipeline=_base_.mild_cutout_affine,
    consistency_head=dict(type='DualConsistencyHead', warmup=200, weight=1.0),
)
labeled = dict(_base_.labeled, indices=20)
train_dataloader = dict(dataset=dict(_base_.pairs, _delete_=True, labeled=labeled))
