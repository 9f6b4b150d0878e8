# python tools/train.py configs/semi/hrnet_w32_mpii_dual.py
# PoseDual with Joint Cutout: two HRNet-W32 on MPII and AI Challenger, unlabeled.
_base_ = ['./hrnet_w32_mpii_supervised.py', '../_base_/schedules/mpii_100e.py']

val_cfg = dict(type='SemiValLoop')
train_cfg = _base_.epochs
param_scheduler = _base_.decay
model = _base_.dual
train_dataloader = dict(dataset=dict(_base_.pairs, _delete_=True))
