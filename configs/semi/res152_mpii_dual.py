# python tools/train.py configs/semi/res152_mpii_dual.py
# PoseDual with Joint Cutout: two ResNet-152 on MPII and AI Challenger, unlabeled.
_base_ = './res18_mpii_dual.py'

start = dict(type='Pretrained', checkpoint='torchvision://resnet152')
model = dict(backbone=dict(depth=152, init_cfg=start), head=dict(in_channels=2048))
