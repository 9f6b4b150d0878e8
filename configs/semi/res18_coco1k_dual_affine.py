# python tools/train.py configs/semi/res18_coco1k_dual_affine.py
# PoseDual with a second affine alone as the hard view.
_base_ = './res18_coco1k_dual.py'

train_cfg = dict(max_epochs=30)
param_scheduler = [dict(type='MultiStepLR', milestones=[20, 25], gamma=0.1)]
model = dict(hard_pipeline=_base_.affine)
