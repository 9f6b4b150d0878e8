# ResNet-18 on COCO's labels, validated on ground-truth boxes without flips.
_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/'
    'td-hm_res50_8xb64-210e_coco-256x192.py',
    './coco.py',
]

custom_hooks = _base_.custom_hooks + _base_.semi_hooks
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
auto_scale_lr = dict(base_batch_size=32)
param_scheduler = [dict(type='MultiStepLR', milestones=[170, 200], gamma=0.1)]

model = dict(
    backbone=dict(
        depth=18, init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet18')
    ),
    head=dict(in_channels=512, loss=dict(loss_weight=0.5)),
    test_cfg=dict(flip_test=False),
)
train_dataloader = dict(batch_size=32, dataset=_base_.labeled)
val_dataloader = dict(dataset=dict(bbox_file=None))
test_dataloader = val_dataloader
