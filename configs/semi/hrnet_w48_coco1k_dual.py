# python tools/train.py configs/semi/hrnet_w48_coco1k_dual.py
# PoseDual with Joint Cutout: two HRNet-W48, 1000 labels, all of COCO train unlabeled.
_base_ = [
    # Another network: another config of MMPose at 256x192.
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/'
    'td-hm_hrnet-w48_8xb32-210e_coco-256x192.py',
    '../_base_/coco.py',
    '../_base_/schedules/coco_70e.py',
]

custom_hooks = _base_.custom_hooks + _base_.semi_hooks
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
auto_scale_lr = dict(base_batch_size=32)
val_cfg = dict(type='SemiValLoop')
train_cfg = _base_.epochs
param_scheduler = _base_.decay

model = dict(
    _base_.dual,
    hard_pipeline=[dict(type='JointCutout'), dict(type='HardAffine')],
    # lambda: --cfg-options model.consistency_head.weight=0.1
    head=dict(loss=dict(loss_weight=0.5)),
    test_cfg=dict(flip_test=False),
)
labeled = dict(_base_.labeled, indices=1000)  # number of labels
train_dataloader = dict(
    batch_size=8, dataset=dict(_base_.pairs, _delete_=True, labeled=labeled)
)
val_dataloader = dict(dataset=dict(bbox_file=None))
test_dataloader = val_dataloader
