# python tools/train.py configs/semi/res18_coco5k_pseudo.py
# PseudoPose on 5000 labels: a supervised network labels COCO train once, a new one
# learns from both. Before it:
#   python tools/train.py configs/semi/res18_coco5k_supervised.py
#   python tools/dataset/make_pseudo_labels.py \
#       configs/semi/res18_coco5k_supervised.py \
#       work_dirs/res18_coco5k_supervised/epoch_210.pth \
#       --unlabeled configs/semi/res18_coco5k_pseudo.py \
#       --out data/coco/annotations/coco5k_pseudo_labels.json
_base_ = ['../_base_/res18_coco_pseudo.py', '../_base_/schedules/coco_100e.py']

pseudo_labels = dict(
    teachers=['{{ fileDirname }}/res18_coco5k_supervised.py'],
)
train_cfg = _base_.epochs
param_scheduler = _base_.decay

# 5000 people 30 times are as many as those with pseudo labels.
labeled = dict(_base_.labeled, indices=5000)
repeated = dict(type='RepeatDataset', times=30, dataset=labeled)
pseudo = dict(_base_.pseudo, ann_file='annotations/coco5k_pseudo_labels.json')
train_dataloader = dict(dataset=dict(datasets=[repeated, pseudo]))
