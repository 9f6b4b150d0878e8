# python tools/train.py configs/semi/res18_coco1k_dual.py
# PoseDual with Joint Cutout: two ResNet-18 teach each other on all of COCO train.
_base_ = ['../_base_/res18_coco_dual.py', '../_base_/schedules/coco_70e.py']

train_cfg = _base_.epochs
param_scheduler = _base_.decay
model = dict(
    # Another network: its backbone, and in_channels of the head. res101_mpii_dual.py
    # changes the depth; hrnet_w48_coco1k_dual.py starts from another config of MMPose.
    backbone=dict(depth=18),
    hard_pipeline=[dict(type='JointCutout'), dict(type='HardAffine')],
    consistency_head=dict(weight=1.0),  # lambda
)
train_dataloader = dict(dataset=dict(labeled=dict(indices=1000)))  # number of labels
