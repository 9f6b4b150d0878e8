# python tools/train.py configs/semi/res152_wild_dual.py
# PoseDual with Joint Cutout: two ResNet-152 on COCO train and unlabeled2017.
_base_ = './res50_wild_dual.py'

start = dict(type='Pretrained', checkpoint='torchvision://resnet152')
model = dict(backbone=dict(depth=152, init_cfg=start))
