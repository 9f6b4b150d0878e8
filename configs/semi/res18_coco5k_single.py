# python tools/train.py configs/semi/res18_coco5k_single.py
# PoseCons with Joint Cutout, 5000 labels.
_base_ = './res18_coco5k_dual.py'

model = dict(peer=None)
