# python tools/train.py configs/lsp/efflite0_lsp100_supervised.py
# The baseline: EfficientNet-Lite0 (ImageNet weights) on 100 labeled people of LSP.
_base_ = [
    '../_base_/efflite0.py',
    '../_base_/lsp100.py',
]

# Supervised runs are measured too, to compare with: on the same unlabeled people.
custom_hooks = [
    *_base_.custom_hooks,
    dict(type='CollapseMonitor', unlabeled=_base_.unlabeled),
]
default_hooks = dict(
    logger=dict(log_metric_by_epoch=False),
    checkpoint=dict(
        by_epoch=False,
        interval=400,
        max_keep_ckpts=1,
        save_best='coco/AP',
        rule='greater',
    ),
)
train_cfg = dict(
    _delete_=True, type='IterBasedTrainLoop', max_iters=1200, val_interval=200
)
param_scheduler = [
    dict(type='MultiStepLR', milestones=[840, 1080], gamma=0.1, by_epoch=False)
]

model = dict(
    neck=dict(out_channels=64),
    head=dict(in_channels=64, out_channels=14, decoder=_base_.codec),
)
