# python tools/train.py configs/lsp/efflite0_lsp20_supervised.py
# The baseline: EfficientNet-Lite0 (ImageNet weights) on 20 labeled people of LSP.
_base_ = ['../_base_/efflite0_lsp.py', '../_base_/schedules/lsp_1000_steps.py']

train_cfg = _base_.steps
param_scheduler = _base_.decay
default_hooks = _base_.save
train_dataloader = dict(dataset=dict(indices=20))
