# python tools/train.py configs/semi/res18_coco1k_standard.py
# Standard consistency: both views are drawn alike, from the same crop. It collapses.
_base_ = './res18_coco1k_dual_affine.py'

model = _base_.standard
train_dataloader = dict(dataset=dict(unlabeled=dict(pipeline=_base_.plain_crop)))
