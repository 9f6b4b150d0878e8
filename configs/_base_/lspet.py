# 64x96 crops of LSP Extended: 500 people labeled, 9000 unlabeled (the labeled among
# them), 500 for validation. The test is on Leeds Sports Pose, an unseen domain:
# its people stand upright more often.
_base_ = './crops_64x96.py'

data_root = 'data/'

lspet = dict(data_root=data_root, data_prefix=dict(img='lspet/images/'))
labeled = dict(
    lspet,
    type='CrowdPoseDataset',
    ann_file='lspet/annotations/lspet_labeled.json',
    indices=500,
    pipeline=_base_.labeled_crop,
)
# File names of pseudo labels begin in the data root.
pseudo_set = dict(labeled, data_prefix=dict(img=''), indices=None)
unlabeled = dict(
    lspet,
    type='UnlabeledDataset',
    ann_file='lspet/annotations/lspet_pool_boxes.json',
    pipeline=_base_.easy_crop + _base_.pack,
)
pairs = dict(type='SemiDataset', labeled=labeled, unlabeled=unlabeled)
plain_unlabeled = dict(pipeline=_base_.load_person + _base_.crop + _base_.pack)

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
    pipeline=_base_.val_crop,
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
