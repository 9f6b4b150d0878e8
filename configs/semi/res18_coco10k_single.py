# python tools/train.py configs/semi/res18_coco10k_single.py
# PoseCons with Joint Cutout, 10,000 labels.
_base_ = './res18_coco10k_dual.py'

model = dict(peer=None)
