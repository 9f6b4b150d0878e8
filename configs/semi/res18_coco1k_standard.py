# python tools/train.py configs/semi/res18_coco1k_standard.py
# Standard consistency: both views are drawn alike, from the same crop. It collapses.
_base_ = './res18_coco1k_single_affine.py'

view = dict(type='HardAffine', rotation_prob=0.6)
model = dict(teacher_view=view, hard_pipeline=[view])
plain_crop = [*_base_.plain_view, *_base_.crop, dict(type='PackPoseInputs')]
train_dataloader = dict(dataset=dict(unlabeled=dict(pipeline=plain_crop)))
