# python tools/train.py configs/semi/res101_mpii_supervised.py
# The baseline: ResNet-101 on MPII.
_base_ = './res18_mpii_supervised.py'

start = dict(type='Pretrained', checkpoint='torchvision://resnet101')
model = dict(backbone=dict(depth=101, init_cfg=start), head=dict(in_channels=2048))
