# python tools/train.py configs/semi/res152_mpii_supervised.py
# The baseline: ResNet-152 on MPII.
_base_ = './res18_mpii_supervised.py'

start = dict(type='Pretrained', checkpoint='torchvision://resnet152')
model = dict(backbone=dict(depth=152, init_cfg=start), head=dict(in_channels=2048))
