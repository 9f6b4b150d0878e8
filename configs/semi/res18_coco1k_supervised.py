# python tools/train.py configs/semi/res18_coco1k_supervised.py
# The baseline: ResNet-18 on the first 1000 labeled people of COCO.
_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/'
    'td-hm_res50_8xb64-210e_coco-256x192.py',
    '../_base_/semi.py',
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

crop = [dict(type='TopdownAffine', input_size=_base_.codec.input_size)]
train_dataloader = dict(
    batch_size=32,
    dataset=dict(
        indices=1000,
        pipeline=[
            *_base_.easy_view,
            *crop,
            dict(type='GenerateTarget', encoder=_base_.codec),
            dict(type='PackPoseInputs'),
        ],
    ),
)
val_dataloader = dict(dataset=dict(bbox_file=None))
test_dataloader = val_dataloader
