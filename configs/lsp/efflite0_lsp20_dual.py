# python tools/train.py configs/lsp/efflite0_lsp20_dual.py
# PoseDual with Joint Cutout on 20 labeled people of LSP.
_base_ = './efflite0_lsp100_dual.py'

default_hooks = dict(checkpoint=dict(interval=350))
train_cfg = dict(max_iters=700, val_interval=350)
param_scheduler = [
    dict(type='MultiStepLR', milestones=[490, 630], gamma=0.1, by_epoch=False)
]
model = dict(consistency_head=dict(warmup=200, weight=1.0))
train_dataloader = dict(dataset=dict(labeled=dict(indices=20)))
