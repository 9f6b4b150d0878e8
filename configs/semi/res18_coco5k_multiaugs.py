# python tools/train.py configs/semi/res18_coco5k_multiaugs.py
# MultiAugs: two ResNet-18 learn from four hard views of each image, 5000 labels.
_base_ = ['../_base_/res18_coco_dual.py', '../_base_/schedules/coco_70e.py']

train_cfg = _base_.epochs
param_scheduler = _base_.decay
model = _base_.multiaugs
train_dataloader = dict(dataset=dict(labeled=dict(indices=5000)))
