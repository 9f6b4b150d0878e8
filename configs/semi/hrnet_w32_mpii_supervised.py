# python tools/train.py configs/semi/hrnet_w32_mpii_supervised.py
# The baseline: HRNet-W32 on MPII.
_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/mpii/'
    'td-hm_hrnet-w32_8xb64-210e_mpii-256x256.py',
    '../_base_/mpii_aic.py',
]

custom_hooks = _base_.custom_hooks + _base_.semi_hooks
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
auto_scale_lr = dict(base_batch_size=32)
param_scheduler = [dict(type='MultiStepLR', milestones=[170, 200], gamma=0.1)]

model = dict(
    head=dict(loss=dict(loss_weight=0.5)),
    test_cfg=dict(flip_test=False),
)
train_dataloader = dict(batch_size=32, dataset=_base_.labeled)
val_dataloader = dict(dataset=_base_.mpii_val)
test_dataloader = val_dataloader
