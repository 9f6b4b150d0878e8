# python tools/train.py configs/lspet/efflite0_lspet500_single.py
# PoseCons with Joint Cutout: one EfficientNet-Lite0 teaches itself.
_base_ = './efflite0_lspet500_dual.py'

model = dict(peer=None)
