# python tools/train.py configs/semi/res101_wild_sspcm.py
# SSPCM: three ResNet-101 on COCO train and unlabeled2017.
_base_ = './res101_wild_dual.py'

model = _base_.sspcm
