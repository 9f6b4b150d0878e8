# Two ResNet-18 that teach each other on all of COCO train.
_base_ = './res18_coco.py'

val_cfg = dict(type='SemiValLoop')
model = _base_.dual
train_dataloader = dict(dataset=dict(_base_.pairs, _delete_=True))
