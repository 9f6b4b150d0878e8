# python tools/train.py configs/lspet/efflite0_lspet500_multiaugs.py
# MultiAugs: two EfficientNet-Lite0 learn from four hard views of each image.
_base_ = './efflite0_lspet500_dual.py'

model = dict(paths=_base_.small_four_paths, hard_pipeline=_base_.affine)
