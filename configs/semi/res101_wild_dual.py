# python tools/train.py configs/semi/res101_wild_dual.py
# PoseDual with Joint Cutout: two ResNet-101 on COCO train and unlabeled2017.
_base_ = './res50_wild_dual.py'

start = dict(type='Pretrained', checkpoint='torchvision://resnet101')
model = dict(backbone=dict(depth=101, init_cfg=start))
