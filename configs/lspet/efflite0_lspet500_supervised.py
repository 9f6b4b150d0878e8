# python tools/train.py configs/lspet/efflite0_lspet500_supervised.py
# The baseline: EfficientNet-Lite0 (ImageNet weights) on 500 people of LSP Extended.
_base_ = ['../_base_/efflite0_lspet.py', '../_base_/schedules/lspet_3000_steps.py']

train_cfg = _base_.steps
param_scheduler = _base_.decay
default_hooks = _base_.save
# 8 per step see the 500 people 48 times.
train_dataloader = dict(batch_size=8, dataset=dict(indices=500))  # number of labels
