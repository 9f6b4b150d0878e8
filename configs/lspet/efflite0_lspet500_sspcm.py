# python tools/train.py configs/lspet/efflite0_lspet500_sspcm.py
# SSPCM: two EfficientNet-Lite0 teach each other and a third one.
_base_ = './efflite0_lspet500_dual.py'

model = dict(
    student='same',
    hard_pipeline=[_base_.small_occlude, *_base_.affine],
    test_cfg=dict(network='student'),
)
