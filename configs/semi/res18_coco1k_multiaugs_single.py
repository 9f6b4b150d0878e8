# python tools/train.py configs/semi/res18_coco1k_multiaugs_single.py
# MultiAugs with one network that teaches itself, 1000 labels.
_base_ = ['../_base_/res18_coco_dual.py', '../_base_/schedules/coco_30e.py']

train_cfg = _base_.epochs
param_scheduler = _base_.decay
model = dict(_base_.multiaugs, peer=None)
train_dataloader = dict(dataset=dict(labeled=dict(indices=1000)))
