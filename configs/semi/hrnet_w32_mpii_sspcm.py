# python tools/train.py configs/semi/hrnet_w32_mpii_sspcm.py
# SSPCM: three HRNet-W32 on MPII and AI Challenger, unlabeled.
_base_ = './hrnet_w32_mpii_dual.py'

train_cfg = dict(max_epochs=300, val_interval=5)
param_scheduler = [dict(type='MultiStepLR', milestones=[220, 260], gamma=0.1)]
model = _base_.sspcm
