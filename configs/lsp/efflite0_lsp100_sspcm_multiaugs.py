# python tools/train.py configs/lsp/efflite0_lsp100_sspcm_multiaugs.py
# SSPCM's targets on MultiAugs' four hard views.
_base_ = './efflite0_lsp100_dual.py'

model = dict(
    student='same',
    paths=_base_.mild_four_paths,
    hard_pipeline=_base_.mild_affine,
    test_cfg=dict(network='student'),
)
