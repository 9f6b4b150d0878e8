# python tools/train.py configs/lsp/efflite0_lsp20_standard.py
# Standard consistency, which collapses: both views are drawn alike from the plain crop.
_base_ = './efflite0_lsp20_dual.py'

model = _base_.standard
train_dataloader = dict(dataset=dict(unlabeled=_base_.plain_unlabeled))
