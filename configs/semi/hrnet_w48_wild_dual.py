# python tools/train.py configs/semi/hrnet_w48_wild_dual.py
# PoseDual with Joint Cutout: two HRNet-W48 at 384x288 on COCO train and unlabeled2017.
_base_ = [
    # Another network: another config of MMPose at 384x288.
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/'
    'td-hm_hrnet-w48_8xb32-210e_coco-384x288.py',
    '../_base_/coco_wild.py',
]

custom_hooks = _base_.custom_hooks + _base_.semi_hooks
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
auto_scale_lr = dict(base_batch_size=32)
val_cfg = dict(type='SemiValLoop')
train_cfg = dict(max_epochs=300)
param_scheduler = [dict(type='MultiStepLR', milestones=[220, 260], gamma=0.1)]

model = dict(
    _base_.dual,
    hard_pipeline=[dict(type='JointCutout'), dict(type='HardAffine')],
    # lambda: --cfg-options model.consistency_head.weight=0.1
    head=dict(loss=dict(loss_weight=0.5)),
)
# Fewer labels: --cfg-options train_dataloader.dataset.labeled.indices=10000
train_dataloader = dict(
    batch_size=8, dataset=dict(_base_.pairs['384x288'], _delete_=True)
)
