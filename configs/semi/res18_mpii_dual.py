# python tools/train.py configs/semi/res18_mpii_dual.py
# PoseDual with Joint Cutout: two ResNet-18 on MPII and AI Challenger, unlabeled.
_base_ = './res18_mpii_supervised.py'

val_cfg = dict(type='SemiValLoop')
train_cfg = dict(max_epochs=100, val_interval=5)
param_scheduler = [dict(type='MultiStepLR', milestones=[50, 70], gamma=0.1)]
model = _base_.dual
unlabeled = dict(_base_.aic_unlabeled, pipeline=_base_.easy_crop + _base_.pack)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='SemiDataset',
        labeled=_base_.train_dataloader.dataset,
        unlabeled=unlabeled,
    )
)
