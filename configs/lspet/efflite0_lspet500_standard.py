# python tools/train.py configs/lspet/efflite0_lspet500_standard.py
# Standard consistency, which collapses: both views are drawn alike.
_base_ = './efflite0_lspet500_dual.py'

model = _base_.standard
train_dataloader = dict(dataset=dict(unlabeled=_base_.plain_unlabeled))
