# python tools/train.py configs/lspet/efflite0_96x128_lspet500_supervised.py
# The baseline for a GPU: EfficientNet-Lite0 (ImageNet weights) on 500 people.
_base_ = [
    '../_base_/efflite0_lspet_96x128.py',
    '../_base_/schedules/lspet_20000_steps.py',
]

train_cfg = _base_.steps
param_scheduler = _base_.decay
default_hooks = _base_.save
train_dataloader = dict(dataset=dict(indices=500))  # number of labels
