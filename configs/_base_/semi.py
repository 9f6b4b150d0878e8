# Pieces that the recipes put together; none of them is a key of MMPose's own.
custom_imports = dict(imports=['semi_pose'], allow_failed_imports=False)
randomness = dict(seed=0, diff_rank_seed=True)

semi_hooks = [dict(type='SemiRunner')]

plain_view = [
    dict(type='LoadImageOrSkip'),
    dict(type='GetBBoxCenterScale'),
    dict(type='RandomFlip', direction='horizontal', prob=0.5),
]
# The paper's labeled augmentation, which is its easy view too.
easy_view = [*plain_view, dict(type='RandomSimilarity')]

affine = [dict(type='HardAffine')]
cutout_affine = [dict(type='JointCutout'), dict(type='HardAffine')]
randaugment_affine = [dict(type='RandAugment'), dict(type='HardAffine')]

dual = dict(
    type='DualPoseEstimator',
    data_preprocessor=dict(type='SemiDataPreprocessor'),
    hard_pipeline=cutout_affine,
    # lambda, from the first step: `--cfg-options model.consistency_head.weight=0.1`
    consistency_head=dict(type='DualConsistencyHead', weight=1.0, warmup=0, ramp=0),
)
# MultiAugs: four hard views of each image, or the last two where labels are many.
four_paths = [
    [dict(type='JointCutout')],
    [dict(type='CutOcclude')],
    [dict(type='CutOcclude'), dict(type='RandomCutout')],
    [dict(type='JointCutout'), dict(type='RandomCutMix')],
]
multiaugs = dict(dual, paths=four_paths, hard_pipeline=affine)
multiaugs_two_paths = dict(multiaugs, paths=four_paths[2:])
# SSPCM: a third network that only learns, and is the one to test.
sspcm = dict(
    dual,
    student='same',
    hard_pipeline=[dict(type='CutOcclude'), *affine],
    test_cfg=dict(network='student'),
)
# Standard consistency: both views of a plain crop are drawn as RandomSimilarity draws.
alike = dict(type='HardAffine', rotation_prob=0.6)
standard = dict(peer=None, teacher_view=alike, hard_pipeline=[alike])
