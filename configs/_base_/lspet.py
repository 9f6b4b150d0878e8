# 64x96 crops of LSP Extended: 500 people labeled, 9000 unlabeled (the labeled among
# them), 500 for validation. The test is on Leeds Sports Pose, an unseen domain:
# its people stand upright more often.
# Heatmaps are so small that rounding joints to their pixels costs about 1 AP.
codec = dict(
    type='MSRAHeatmap',
    input_size=(64, 96),
    heatmap_size=(16, 24),
    sigma=1.2,
    unbiased=True,
    blur_kernel_size=3,
)
data_root = 'data/'

load_person = [
    dict(type='LoadImageOrSkip'),
    dict(type='GetBBoxCenterScale'),
    dict(type='RandomFlip', direction='horizontal', prob=0.5),
]
crop = [dict(type='TopdownAffine', input_size=codec['input_size'])]
pack = [dict(type='PackPoseInputs')]
easy_crop = [*load_person, dict(type='RandomSimilarity'), *crop]
lspet = dict(data_root=data_root, data_prefix=dict(img='lspet/images/'))
labeled = dict(
    lspet,
    type='CrowdPoseDataset',
    ann_file='lspet/annotations/lspet_labeled.json',
    indices=500,
    pipeline=[*easy_crop, dict(type='GenerateTarget', encoder=codec), *pack],
)
unlabeled = dict(
    lspet,
    type='UnlabeledDataset',
    ann_file='lspet/annotations/lspet_pool_boxes.json',
    pipeline=easy_crop + pack,
)
pairs = dict(type='SemiDataset', labeled=labeled, unlabeled=unlabeled)
plain_unlabeled = dict(pipeline=load_person + crop + pack)

loader = dict(num_workers=1, persistent_workers=True)
train_dataloader = dict(
    loader,
    batch_size=16,
    sampler=dict(type='InfiniteSampler'),
    dataset=labeled,
)
val_set = dict(
    lspet,
    type='CrowdPoseDataset',
    ann_file='lspet/annotations/lspet_val.json',
    test_mode=True,
    pipeline=[
        dict(type='LoadImage'),
        dict(type='GetBBoxCenterScale'),
        *crop,
        *pack,
    ],
)
val_dataloader = dict(
    loader,
    batch_size=50,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=val_set,
)
val_evaluator = [
    dict(type='SubsetCocoMetric'),
    dict(type='PCKAccuracy', thr=0.1, prefix='lsp'),
]
unseen_set = dict(
    val_set,
    ann_file='lsp/annotations/lsp_train.json',
    data_prefix=dict(img='lsp/images/'),
    indices=list(range(800, 1000)),
)
test_dataloader = dict(val_dataloader, dataset=unseen_set)
test_evaluator = val_evaluator
