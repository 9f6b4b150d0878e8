# python tools/train.py configs/semi/res18_coco_standard.py
# Standard consistency with all labels of COCO train, which collapses too.
_base_ = ['../_base_/res18_coco_dual.py', '../_base_/schedules/coco_100e.py']

train_cfg = _base_.epochs
param_scheduler = _base_.decay
model = _base_.standard
train_dataloader = dict(
    dataset=dict(labeled=dict(indices=None), unlabeled=dict(pipeline=_base_.plain_crop))
)
