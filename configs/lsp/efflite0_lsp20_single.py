# python tools/train.py configs/lsp/efflite0_lsp20_single.py
# PoseCons with Joint Cutout: one EfficientNet-Lite0 teaches itself.
_base_ = './efflite0_lsp20_dual.py'

model = dict(peer=None)
