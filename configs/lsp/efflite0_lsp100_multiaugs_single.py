# python tools/train.py configs/lsp/efflite0_lsp100_multiaugs_single.py
# MultiAugs with one network that teaches itself.
_base_ = './efflite0_lsp100_dual.py'

model = dict(peer=None, paths=_base_.mild_four_paths, hard_pipeline=_base_.mild_affine)
