# python tools/train.py configs/semi/res18_coco10k_pseudo.py
# PseudoPose on 10,000 labels: a supervised network labels COCO train once, a new one
# learns from both. Before it:
#   python tools/train.py configs/semi/res18_coco10k_supervised.py
#   python tools/dataset/make_pseudo_labels.py \
#       configs/semi/res18_coco10k_supervised.py \
#       work_dirs/res18_coco10k_supervised/epoch_210.pth \
#       --unlabeled configs/semi/res18_coco10k_pseudo.py \
#       --out data/coco/annotations/coco10k_pseudo_labels.json
_base_ = ['../_base_/res18_coco_pseudo.py', '../_base_/schedules/coco_100e.py']

pseudo_labels = dict(
    teachers=['{{ fileDirname }}/res18_coco10k_supervised.py'],
)
train_cfg = _base_.epochs
param_scheduler = _base_.decay

# 10,000 people 15 times are as many as those with pseudo labels.
labeled = dict(_base_.labeled, indices=10000)
repeated = dict(type='RepeatDataset', times=15, dataset=labeled)
pseudo = dict(_base_.pseudo, ann_file='annotations/coco10k_pseudo_labels.json')
train_dataloader = dict(dataset=dict(datasets=[repeated, pseudo]))
