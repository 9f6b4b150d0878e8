# Pieces that the recipes put together; none of them is a key of MMPose's own.
custom_imports = dict(imports=['semi_pose'], allow_failed_imports=False)
randomness = dict(seed=0, diff_rank_seed=True)

semi_hooks = [dict(type='SemiRunner')]

# The paper's labeled augmentation, which is its easy view too.
easy_view = [
    dict(type='LoadImageOrSkip'),
    dict(type='GetBBoxCenterScale'),
    dict(type='RandomFlip', direction='horizontal', prob=0.5),
    dict(type='RandomSimilarity'),
]

cutout_affine = [dict(type='JointCutout'), dict(type='HardAffine')]

coco_unlabeled = dict(
    type='UnlabeledDataset',
    data_root='data/coco/',
    ann_file='annotations/person_keypoints_train2017.json',
    data_prefix=dict(img='train2017/'),
    only_annotated=True,
)
