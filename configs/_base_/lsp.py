# 64x96 crops of Leeds Sports Pose: images 1-20 labeled, 1-800 unlabeled (the labeled
# among them), 801-1000 for validation.
_base_ = './crops_64x96.py'

data_root = 'data/'

lsp = dict(
    data_root=data_root,
    ann_file='lsp/annotations/lsp_train.json',
    data_prefix=dict(img='lsp/images/'),
)
labeled = dict(lsp, type='CrowdPoseDataset', indices=20, pipeline=_base_.labeled_crop)
# File names of pseudo labels begin in the data root.
pseudo_set = dict(labeled, data_prefix=dict(img=''), indices=None)
unlabeled = dict(
    lsp,
    type='UnlabeledDataset',
    indices=800,
    pipeline=_base_.easy_crop + _base_.pack,
)
pairs = dict(
    type='SemiDataset', labeled=labeled, unlabeled=unlabeled, unlabeled_per_labeled=2
)
plain_unlabeled = dict(pipeline=_base_.load_person + _base_.crop + _base_.pack)

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
        pipeline=_base_.val_crop,
    ),
)
val_evaluator = [
    dict(type='SubsetCocoMetric'),
    dict(type='PCKAccuracy', thr=0.1, prefix='lsp'),
]
test_dataloader = val_dataloader
test_evaluator = val_evaluator
