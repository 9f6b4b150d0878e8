# python tools/train.py configs/lsp/efflite0_lsp100_sspcm.py
# SSPCM: two EfficientNet-Lite0 teach each other and a third one.
_base_ = './efflite0_lsp100_dual.py'

model = dict(
    student='same',
    hard_pipeline=[_base_.mild_occlude, *_base_.mild_affine],
    test_cfg=dict(network='student'),
)
