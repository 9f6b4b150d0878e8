# python tools/train.py configs/semi/res18_coco1k_dual_randaugment.py
# PoseDual with RandAugment before the hard affine.
_base_ = './res18_coco1k_dual.py'

model = dict(hard_pipeline=[dict(type='RandAugment'), *_base_.affine])
