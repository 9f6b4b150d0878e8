# python tools/train.py configs/semi/res18_coco5k_sspcm.py
# SSPCM: two ResNet-18 teach each other and a third one, 5000 labels.
_base_ = ['../_base_/res18_coco_dual.py', '../_base_/schedules/coco_100e.py']

train_cfg = _base_.epochs
param_scheduler = _base_.decay
model = _base_.sspcm
train_dataloader = dict(dataset=dict(labeled=dict(indices=5000)))
