# python tools/train.py configs/semi/res18_coco5k_pseudo.py
# PseudoPose on 5000 labels: a supervised network labels COCO train once, a new one
# learns from both. Before it:
#   python tools/train.py configs/semi/res18_coco5k_supervised.py
#   python tools/dataset/make_pseudo_labels.py \
#       configs/semi/res18_coco5k_supervised.py \
#       work_dirs/res18_coco5k_supervised/epoch_210.pth \
#       --unlabeled configs/semi/res18_coco5k_dual.py \
#       --out data/coco/annotations/coco5k_pseudo_labels.json
_base_ = './res18_coco1k_pseudo.py'

pseudo_labels = dict(
    teacher='configs/semi/res18_coco5k_supervised.py',
    unlabeled='configs/semi/res18_coco5k_dual.py',
)
train_cfg = dict(max_epochs=100)
param_scheduler = [dict(type='MultiStepLR', milestones=[70, 90], gamma=0.1)]

labeled = dict(_base_.labeled, indices=5000)
repeated = dict(type='RepeatDataset', times=30, dataset=labeled)
pseudo = dict(_base_.pseudo, ann_file='annotations/coco5k_pseudo_labels.json')
train_dataloader = dict(dataset=dict(datasets=[repeated, pseudo]))
