# EfficientNet-Lite0, all of it trained, on the labels of LSP Extended.
_base_ = ['./efflite0.py', './lspet.py']

custom_hooks = [
    *_base_.custom_hooks,
    dict(type='CollapseMonitor', unlabeled=_base_.unlabeled),
]
default_hooks = dict(
    logger=dict(log_metric_by_epoch=False, interval=50),
    checkpoint=dict(by_epoch=False, max_keep_ckpts=1),
)
train_cfg = dict(_delete_=True, type='IterBasedTrainLoop')
small_occlude = dict(type='CutOcclude', jitter_std=4, half_size=(4, 7))
small_four_paths = [
    [_base_.small_cutout],
    [small_occlude],
    [small_occlude, dict(type='RandomCutout', num_boxes=3, half_size=(4, 7))],
    [_base_.small_cutout, dict(type='RandomCutMix', half_size=(4, 7))],
]
model = dict(
    neck=dict(out_channels=64),
    head=dict(in_channels=64, out_channels=14, decoder=_base_.codec),
)
