# python tools/train.py configs/semi/res18_coco1k_mean_teacher.py
# Mean teacher: standard consistency, taught by a moving average of the network.
_base_ = './res18_coco1k_dual_affine.py'

model = dict(_base_.standard, mean_teacher=0.001)
train_dataloader = dict(dataset=dict(unlabeled=dict(pipeline=_base_.plain_crop)))
