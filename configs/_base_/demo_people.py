# 64x96 crops of simple synthetic people: 10 people of train labeled, all unlabeled.
_base_ = './crops_64x96.py'

data_root = 'data/simple_people/'
train_people = dict(
    data_root=data_root,
    ann_file='annotations/person_keypoints_train2017.json',
    data_prefix=dict(img='train2017/'),
)
labeled = dict(
    train_people,
    type='CocoDataset',
    indices=10,
    pipeline=_base_.labeled_crop,
)
unlabeled = dict(
    train_people,
    type='UnlabeledDataset',
    pipeline=_base_.easy_crop + _base_.pack,
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
        pipeline=_base_.val_crop,
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
