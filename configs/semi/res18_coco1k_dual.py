# python tools/train.py configs/semi/res18_coco1k_dual.py
# PoseDual with Joint Cutout: two ResNet-18 teach each other on all of COCO train.
_base_ = './res18_coco1k_supervised.py'

val_cfg = dict(type='SemiValLoop')
train_cfg = dict(max_epochs=70, val_interval=5)
param_scheduler = [dict(type='MultiStepLR', milestones=[50, 60], gamma=0.1)]

model = _base_.dual
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='SemiDataset',
        labeled=_base_.train_dataloader.dataset,
        unlabeled=dict(
            _base_.coco_unlabeled,
            pipeline=[*_base_.easy_view, *_base_.crop, dict(type='PackPoseInputs')],
        ),
    )
)
