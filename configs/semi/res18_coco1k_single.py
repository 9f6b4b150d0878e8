# python tools/train.py configs/semi/res18_coco1k_single.py
# PoseCons with Joint Cutout: one ResNet-18 teaches itself.
_base_ = './res18_coco1k_dual.py'

model = dict(peer=None)
