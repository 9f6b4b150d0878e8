# LSP Extended on 96x128 crops, 6000 steps of 16 + 64: minutes of a GPU.
_base_ = './efflite0_lspet.py'

codec = dict(_base_.codec, input_size=(96, 128), heatmap_size=(24, 32), sigma=1.5)
crop = [dict(type='TopdownAffine', input_size=codec['input_size'])]
easy_crop = [*_base_.load_person, dict(type='RandomSimilarity'), *crop]
labeled = dict(
    pipeline=[*easy_crop, dict(type='GenerateTarget', encoder=codec), *_base_.pack]
)
pseudo_set = dict(pipeline=labeled['pipeline'])
unlabeled = dict(pipeline=easy_crop + _base_.pack)
pairs = dict(labeled=labeled, unlabeled=unlabeled, unlabeled_per_labeled=4)
plain_unlabeled = dict(pipeline=_base_.load_person + crop + _base_.pack)

loader = dict(num_workers=3)
train_dataloader = dict(loader, batch_size=16, dataset=labeled)
val_set = dict(
    pipeline=[
        dict(type='LoadImage'),
        dict(type='GetBBoxCenterScale'),
        *crop,
        *_base_.pack,
    ]
)
val_dataloader = dict(loader, dataset=val_set)
test_dataloader = val_dataloader
train_cfg = dict(max_iters=6000, val_interval=2000)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=6000, end=6000, by_epoch=False)]
default_hooks = dict(checkpoint=dict(interval=2000))
custom_hooks = [
    *_base_.custom_hooks[:-1],
    dict(type='CollapseMonitor', unlabeled=dict(_base_.unlabeled, **unlabeled)),
]
# Boxes of half of the paper's, as the crops are.
small_cutout = dict(_base_.small_cutout, half_size=(5, 9))
small_four_paths = [
    [dict(step, half_size=(5, 9)) for step in path] for path in _base_.small_four_paths
]
# It moves the images of a batch to the device as one tensor.
model = dict(
    head=dict(decoder=codec), data_preprocessor=dict(type='SemiDataPreprocessor')
)
dual_96x128 = dict(
    _base_.dual,
    hard_pipeline=[small_cutout, *_base_.affine],
    # From ImageNet weights the teachers first need a start on the labels alone.
    consistency_head=dict(warmup=500, weight=1.0),  # lambda
)
