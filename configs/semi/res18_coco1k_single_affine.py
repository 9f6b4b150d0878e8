# python tools/train.py configs/semi/res18_coco1k_single_affine.py
# PoseCons with a second affine alone as the hard view.
_base_ = './res18_coco1k_dual_affine.py'

model = dict(peer=None)
