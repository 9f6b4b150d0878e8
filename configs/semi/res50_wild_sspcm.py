# python tools/train.py configs/semi/res50_wild_sspcm.py
# SSPCM: three ResNet-50 on COCO train and unlabeled2017.
_base_ = './res50_wild_dual.py'

model = _base_.sspcm
