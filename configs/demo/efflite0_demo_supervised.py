# python tools/train.py configs/demo/efflite0_demo_supervised.py
# The baseline: EfficientNet-Lite0 (ImageNet weights) on 20 labeled synthetic people.
_base_ = [
    '../_base_/efflite0.py',
    '../_base_/demo_people.py',
]

default_hooks = dict(
    logger=dict(interval=20, log_metric_by_epoch=False),
    checkpoint=dict(by_epoch=False, interval=175, max_keep_ckpts=1),
)
train_cfg = dict(
    _delete_=True, type='IterBasedTrainLoop', max_iters=700, val_interval=175
)
param_scheduler = [
    dict(type='MultiStepLR', milestones=[490, 630], gamma=0.1, by_epoch=False)
]

model = dict(
    neck=dict(out_channels=32),
    head=dict(in_channels=32, out_channels=17, decoder=_base_.codec),
)
