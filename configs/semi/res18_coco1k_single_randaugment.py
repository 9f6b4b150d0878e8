# python tools/train.py configs/semi/res18_coco1k_single_randaugment.py
# PoseCons with RandAugment before the hard affine.
_base_ = './res18_coco1k_dual_randaugment.py'

model = dict(peer=None)
