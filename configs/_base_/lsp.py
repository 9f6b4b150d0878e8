# 96x128 crops of Leeds Sports Pose: images 1-100 labeled, 101-800 and LSP Extended
# unlabeled, 801-1000 for validation.
codec = dict(type='MSRAHeatmap', input_size=(96, 128), heatmap_size=(24, 32), sigma=1.5)
data_root = 'data/'

easy_crop = [
    dict(type='LoadImageOrSkip'),
    dict(type='GetBBoxCenterScale'),
    dict(type='RandomFlip', direction='horizontal', prob=0.5),
    dict(type='RandomSimilarity'),
    dict(type='TopdownAffine', input_size=codec['input_size']),
]
pack = [dict(type='PackPoseInputs')]
lsp = dict(
    data_root=data_root,
    ann_file='lsp/annotations/lsp_train.json',
    data_prefix=dict(img='lsp/images/'),
)
labeled = dict(
    lsp,
    type='CrowdPoseDataset',
    indices=100,
    pipeline=[*easy_crop, dict(type='GenerateTarget', encoder=codec), *pack],
)
unlabeled_people = [
    dict(lsp, type='UnlabeledDataset', indices=list(range(100, 800))),
    dict(
        type='UnlabeledDataset',
        data_root=data_root,
        ann_file='lspet/annotations/lspet_person_boxes.json',
        data_prefix=dict(img='lspet/images/'),
    ),
]
unlabeled = dict(
    type='ConcatDataset',
    datasets=[dict(people, pipeline=easy_crop + pack) for people in unlabeled_people],
)
plain_crop = [step for step in easy_crop if step['type'] != 'RandomSimilarity']
plain_unlabeled = dict(
    datasets=[dict(people, pipeline=plain_crop + pack) for people in unlabeled_people]
)
pairs = dict(type='SemiDataset', labeled=labeled, unlabeled=unlabeled)

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
        lsp,
        type='CrowdPoseDataset',
        indices=list(range(800, 1000)),
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
    dict(type='SubsetCocoMetric'),
    dict(type='PCKAccuracy', thr=0.1, prefix='lsp'),
]
test_dataloader = val_dataloader
test_evaluator = val_evaluator
