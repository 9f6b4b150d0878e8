# python tools/train.py configs/lspet/efflite0_lspet500_pseudo.py
# PseudoPose: a supervised network labels the unlabeled people once, by
#   python tools/dataset/make_pseudo_labels.py \
#       configs/lspet/efflite0_lspet500_supervised.py CHECKPOINT --data-root data \
#       --unlabeled configs/lspet/efflite0_lspet500_pseudo.py \
#       --out data/lspet500_pseudo_labels.json
_base_ = ['../_base_/efflite0_lspet.py', '../_base_/schedules/lspet_3000_steps.py']

train_cfg = _base_.steps
param_scheduler = _base_.decay
default_hooks = _base_.save
pseudo_labels = dict(
    teachers=['{{ fileDirname }}/efflite0_lspet500_supervised.py'],
    tta=False,
)

# A quarter of a batch has real labels: each of the 500 people is seen 48 times, as in
# supervised training.
repeated = dict(type='RepeatDataset', times=6, dataset=_base_.labeled)
pseudo = dict(_base_.pseudo_set, ann_file='lspet500_pseudo_labels.json')
train_dataloader = dict(
    batch_size=32,
    dataset=dict(_delete_=True, type='ConcatDataset', datasets=[repeated, pseudo]),
)
