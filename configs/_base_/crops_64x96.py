# 64x96 crops of people, for minutes on a CPU: pieces that the data sets put together.
# Heatmaps are so small that rounding joints to their pixels costs about 1 AP.
codec = dict(
    type='MSRAHeatmap',
    input_size=(64, 96),
    heatmap_size=(16, 24),
    sigma=1.2,
    unbiased=True,
    blur_kernel_size=3,
)
load_person = [
    dict(type='LoadImageOrSkip'),
    dict(type='GetBBoxCenterScale'),
    dict(type='RandomFlip', direction='horizontal', prob=0.5),
]
crop = [dict(type='TopdownAffine', input_size=codec['input_size'])]
pack = [dict(type='PackPoseInputs')]
easy_crop = [*load_person, dict(type='RandomSimilarity'), *crop]
labeled_crop = [*easy_crop, dict(type='GenerateTarget', encoder=codec), *pack]
val_crop = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    *crop,
    *pack,
]
# Boxes of a third of the paper's, as the crops are.
small_cutout = dict(type='JointCutout', num_joints=3, jitter_std=4, half_size=(4, 7))
