# python tools/train.py configs/semi/res18_coco1k_pseudo.py
# PseudoPose: a supervised network labels COCO train once, a new one learns from both.
# Before it:
#   python tools/train.py configs/semi/res18_coco1k_supervised.py
#   python tools/dataset/make_pseudo_labels.py \
#       configs/semi/res18_coco1k_supervised.py \
#       work_dirs/res18_coco1k_supervised/epoch_210.pth \
#       --unlabeled configs/semi/res18_coco1k_dual.py \
#       --out data/coco/annotations/coco1k_pseudo_labels.json
_base_ = './res18_coco1k_supervised.py'

pseudo_labels = dict(
    teacher='configs/semi/res18_coco1k_supervised.py',
    unlabeled='configs/semi/res18_coco1k_dual.py',
    tta=False,
)
train_cfg = dict(max_epochs=30, val_interval=5)
param_scheduler = [dict(type='MultiStepLR', milestones=[20, 25], gamma=0.1)]

labeled = _base_.train_dataloader.dataset
# 1000 people 150 times are as many as those with pseudo labels.
repeated = dict(type='RepeatDataset', times=150, dataset=labeled)
pseudo = dict(
    labeled,
    ann_file='annotations/coco1k_pseudo_labels.json',
    data_prefix=dict(img=''),
    indices=None,
)
train_dataloader = dict(
    batch_size=64,
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[repeated, pseudo],
    ),
)
