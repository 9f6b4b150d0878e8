# python tools/train.py configs/lspet/efflite0_lspet500_multiaugs_single.py
# MultiAugs with one network that teaches itself.
_base_ = './efflite0_lspet500_dual.py'

model = dict(peer=None, paths=_base_.small_four_paths, hard_pipeline=_base_.affine)
