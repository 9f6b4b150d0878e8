# python tools/train.py configs/semi/res50_wild_dual.py
# PoseDual with Joint Cutout: two ResNet-50, all labels of COCO train, unlabeled2017
# with a detector's boxes.
_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/'
    'td-hm_res50_8xb64-210e_coco-256x192.py',
    '../_base_/semi.py',
]

custom_hooks = _base_.custom_hooks + _base_.semi_hooks
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
auto_scale_lr = dict(base_batch_size=32)
val_cfg = dict(type='SemiValLoop')
train_cfg = dict(max_epochs=400)
param_scheduler = [dict(type='MultiStepLR', milestones=[300, 350], gamma=0.1)]

model = dict(_base_.dual, head=dict(loss=dict(loss_weight=0.5)))

easy_crop = _base_.easy_view + [
    dict(type='TopdownAffine', input_size=_base_.codec.input_size)
]
target = [dict(type='GenerateTarget', encoder=_base_.codec)]
pack = [dict(type='PackPoseInputs')]
train_dataloader = dict(
    batch_size=32,
    dataset=dict(
        _delete_=True,
        type='SemiDataset',
        labeled=dict(
            _base_.train_dataloader.dataset, pipeline=easy_crop + target + pack
        ),
        unlabeled=dict(_base_.coco_wild, pipeline=easy_crop + pack),
    ),
)
