# 64x96 crops of simple synthetic people: 10 people of train labeled, all unlabeled.
# Heatmaps are so small that rounding joints to their pixels costs accuracy.
codec = dict(
    type='MSRAHeatmap',
    input_size=(64, 96),
    heatmap_size=(16, 24),
    sigma=1.2,
    unbiased=True,
    blur_kernel_size=3,
)
data_root = 'data/simple_people/'

easy_crop = [
    dict(type='LoadImageOrSkip'),
    dict(type='GetBBoxCenterScale'),
    dict(type='RandomFlip', direction='horizontal', prob=0.5),
    dict(type='RandomSimilarity'),
    dict(type='TopdownAffine', input_size=codec['input_size']),
]
train_people = dict(
    data_root=data_root,
    ann_file='annotations/person_keypoints_train2017.json',
    data_prefix=dict(img='train2017/'),
)
labeled = dict(
    train_people,
    type='CocoDataset',
    indices=10,
    pipeline=[
        *easy_crop,
        dict(type='GenerateTarget', encoder=codec),
        dict(type='PackPoseInputs'),
    ],
)
unlabeled = dict(
    train_people,
    type='UnlabeledDataset',
    pipeline=[*easy_crop, dict(type='PackPoseInputs')],
)

loader = dict(num_workers=1, persistent_workers=True)
train_dataloader = dict(
    loader,
    batch_size=8,
    sampler=dict(type='InfiniteSampler'),
    dataset=labeled,
)
val_dataloader = dict(
    loader,
    batch_size=50,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        type='CocoDataset',
        data_root=data_root,
        ann_file='annotations/person_keypoints_val2017.json',
        data_prefix=dict(img='val2017/'),
        test_mode=True,
        pipeline=[
            dict(type='LoadImage'),
            dict(type='GetBBoxCenterScale'),
            dict(type='TopdownAffine', input_size=codec['input_size']),
            dict(type='PackPoseInputs'),
        ],
    ),
)
val_evaluator = [
    dict(
        type='CocoMetric',
        ann_file=data_root + 'annotations/person_keypoints_val2017.json',
    ),
    dict(type='PCKAccuracy', thr=0.1, prefix='coco'),
]
test_dataloader = val_dataloader
test_evaluator = val_evaluator
