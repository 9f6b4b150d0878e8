# python tools/train.py configs/semi/res101_mpii_dual.py
# PoseDual with Joint Cutout: two ResNet-101 on MPII and AI Challenger, unlabeled.
_base_ = './res18_mpii_dual.py'

start = dict(type='Pretrained', checkpoint='torchvision://resnet101')
model = dict(backbone=dict(depth=101, init_cfg=start), head=dict(in_channels=2048))
