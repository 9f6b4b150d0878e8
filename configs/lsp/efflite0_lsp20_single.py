# python tools/train.py configs/lsp/efflite0_lsp20_single.py
# PoseCons with Joint Cutout on 20 labeled people of LSP.
_base_ = './efflite0_lsp20_dual.py'

model = dict(peer=None)
