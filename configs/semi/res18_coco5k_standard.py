# python tools/train.py configs/semi/res18_coco5k_standard.py
# Standard consistency, 5000 labels.
_base_ = './res18_coco5k_dual_affine.py'

model = _base_.standard
train_dataloader = dict(dataset=dict(unlabeled=dict(pipeline=_base_.plain_crop)))
