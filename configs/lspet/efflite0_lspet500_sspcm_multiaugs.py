# python tools/train.py configs/lspet/efflite0_lspet500_sspcm_multiaugs.py
# SSPCM's targets on MultiAugs' four hard views.
_base_ = './efflite0_lspet500_dual.py'

model = dict(
    student='same',
    paths=_base_.small_four_paths,
    hard_pipeline=_base_.affine,
    test_cfg=dict(network='student'),
)
