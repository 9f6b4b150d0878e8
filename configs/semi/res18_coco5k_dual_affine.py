# python tools/train.py configs/semi/res18_coco5k_dual_affine.py
# PoseDual with a second affine alone, 5000 labels.
_base_ = ['../_base_/res18_coco_dual.py', '../_base_/schedules/coco_100e.py']

train_cfg = _base_.epochs
param_scheduler = _base_.decay
model = dict(hard_pipeline=_base_.affine)
train_dataloader = dict(dataset=dict(labeled=dict(indices=5000)))
