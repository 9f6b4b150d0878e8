# python tools/train.py configs/semi/res18_mpii_dual.py
# PoseDual with Joint Cutout: two ResNet-18 on MPII and AI Challenger, unlabeled.
_base_ = ['./res18_mpii_supervised.py', '../_base_/schedules/mpii_100e.py']

val_cfg = dict(type='SemiValLoop')
train_cfg = _base_.epochs
param_scheduler = _base_.decay
model = dict(
    _base_.dual,
    # Another network: backbone, and in_channels of the head. See res101_mpii_dual.py.
    hard_pipeline=[dict(type='JointCutout'), dict(type='HardAffine')],
    # lambda: --cfg-options model.consistency_head.weight=0.1
)
# Fewer labels: --cfg-options train_dataloader.dataset.labeled.indices=1000
train_dataloader = dict(dataset=dict(_base_.pairs, _delete_=True))
