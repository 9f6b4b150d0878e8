# python tools/train.py configs/semi/res50_wild_dual.py
# PoseDual with Joint Cutout: two ResNet-50, all labels of COCO train, unlabeled2017
# with a detector's boxes.
_base_ = [
    # Another network: another config of MMPose at 256x192.
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/'
    'td-hm_res50_8xb64-210e_coco-256x192.py',
    '../_base_/coco_wild.py',
]

custom_hooks = _base_.custom_hooks + _base_.semi_hooks
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
auto_scale_lr = dict(base_batch_size=32)
val_cfg = dict(type='SemiValLoop')
train_cfg = dict(max_epochs=400)
param_scheduler = [dict(type='MultiStepLR', milestones=[300, 350], gamma=0.1)]

model = dict(
    _base_.dual,
    hard_pipeline=[dict(type='JointCutout'), dict(type='HardAffine')],
    # lambda: --cfg-options model.consistency_head.weight=0.1
    head=dict(loss=dict(loss_weight=0.5)),
)
# Fewer labels: --cfg-options train_dataloader.dataset.labeled.indices=10000
train_dataloader = dict(
    batch_size=32, dataset=dict(_base_.pairs['256x192'], _delete_=True)
)
