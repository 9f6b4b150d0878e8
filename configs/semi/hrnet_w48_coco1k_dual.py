# python tools/train.py configs/semi/hrnet_w48_coco1k_dual.py
# PoseDual with Joint Cutout: two HRNet-W48, 1000 labels, all of COCO train unlabeled.
_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/'
    'td-hm_hrnet-w48_8xb32-210e_coco-256x192.py',
    '../_base_/semi.py',
]

custom_hooks = _base_.custom_hooks + _base_.semi_hooks
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
auto_scale_lr = dict(base_batch_size=32)
val_cfg = dict(type='SemiValLoop')
train_cfg = dict(max_epochs=70, val_interval=5)
param_scheduler = [dict(type='MultiStepLR', milestones=[50, 60], gamma=0.1)]

model = dict(
    _base_.dual,
    head=dict(loss=dict(loss_weight=0.5)),
    test_cfg=dict(flip_test=False),
)

easy_crop = _base_.easy_view + [
    dict(type='TopdownAffine', input_size=_base_.codec.input_size)
]
target = [dict(type='GenerateTarget', encoder=_base_.codec)]
pack = [dict(type='PackPoseInputs')]
labeled = dict(
    _base_.train_dataloader.dataset, indices=1000, pipeline=easy_crop + target + pack
)
unlabeled = dict(_base_.coco_unlabeled, pipeline=easy_crop + pack)
train_dataloader = dict(
    batch_size=8,
    dataset=dict(
        _delete_=True, type='SemiDataset', labeled=labeled, unlabeled=unlabeled
    ),
)
val_dataloader = dict(dataset=dict(bbox_file=None))
test_dataloader = val_dataloader
