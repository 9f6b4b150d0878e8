# EfficientNet-Lite0 on the labels of Leeds Sports Pose.
_base_ = ['./efflite0.py', './lsp.py']

# Supervised runs are measured too, to compare with: on the same unlabeled people.
custom_hooks = [
    *_base_.custom_hooks,
    dict(type='CollapseMonitor', unlabeled=_base_.unlabeled),
]
default_hooks = dict(
    logger=dict(log_metric_by_epoch=False),
    checkpoint=dict(
        by_epoch=False, max_keep_ckpts=1, save_best='coco/AP', rule='greater'
    ),
)
train_cfg = dict(_delete_=True, type='IterBasedTrainLoop')
model = dict(
    neck=dict(out_channels=64),
    head=dict(in_channels=64, out_channels=14, decoder=_base_.codec),
)
