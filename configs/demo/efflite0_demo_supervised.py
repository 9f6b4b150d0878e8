# python tools/train.py configs/demo/efflite0_demo_supervised.py
# The baseline: EfficientNet-Lite0 (ImageNet weights) on 10 labeled synthetic people.
_base_ = [
    '../_base_/efflite0.py',
    '../_base_/demo_people.py',
]

default_hooks = dict(
    logger=dict(interval=20, log_metric_by_epoch=False),
    checkpoint=dict(by_epoch=False, interval=200, max_keep_ckpts=1),
)
train_cfg = dict(
    _delete_=True, type='IterBasedTrainLoop', max_iters=800, val_interval=200
)
# The learning rate falls to 0 along a cosine.
param_scheduler = [dict(type='CosineAnnealingLR', T_max=800, end=800, by_epoch=False)]

model = dict(
    neck=dict(out_channels=64),
    head=dict(in_channels=64, out_channels=17, decoder=_base_.codec),
)
