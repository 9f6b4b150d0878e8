# python tools/train.py configs/lsp/efflite0_lsp100_dual_randaugment.py
# PoseDual with RandAugment in place of Joint Cutout.
_base_ = './efflite0_lsp100_dual.py'

model = dict(hard_pipeline=[dict(type='RandAugment'), *_base_.mild_cutout_affine[1:]])
