# python tools/train.py configs/semi/res18_coco5k_single_affine.py
# PoseCons with a second affine alone, 5000 labels.
_base_ = './res18_coco5k_dual_affine.py'

model = dict(peer=None)
