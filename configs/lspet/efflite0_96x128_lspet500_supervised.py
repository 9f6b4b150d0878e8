# python tools/train.py configs/lspet/efflite0_96x128_lspet500_supervised.py
# The baseline for a GPU: EfficientNet-Lite0 (ImageNet weights) on 500 people.
_base_ = '../_base_/efflite0_lspet_96x128.py'

train_dataloader = dict(dataset=dict(indices=500))  # number of labels
