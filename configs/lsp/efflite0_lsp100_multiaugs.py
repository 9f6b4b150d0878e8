# python tools/train.py configs/lsp/efflite0_lsp100_multiaugs.py
# MultiAugs: two EfficientNet-Lite0 learn from four hard views of each image.
_base_ = './efflite0_lsp100_dual.py'

model = dict(paths=_base_.mild_four_paths, hard_pipeline=_base_.mild_affine)
