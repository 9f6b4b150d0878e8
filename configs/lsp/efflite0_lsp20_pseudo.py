# python tools/train.py configs/lsp/efflite0_lsp20_pseudo.py
# PseudoPose: a supervised network labels the unlabeled people once, by
#   python tools/dataset/make_pseudo_labels.py \
#       configs/lsp/efflite0_lsp20_supervised.py CHECKPOINT --data-root data \
#       --unlabeled configs/lsp/efflite0_lsp20_pseudo.py \
#       --out data/lsp20_pseudo_labels.json
_base_ = ['../_base_/efflite0_lsp.py', '../_base_/schedules/lsp_1000_steps.py']

train_cfg = _base_.steps
param_scheduler = _base_.decay
default_hooks = _base_.save
pseudo_labels = dict(
    teachers=['{{ fileDirname }}/efflite0_lsp20_supervised.py'],
    tta=False,
)

# A third of a batch has real labels: each of the 20 people is seen 400 times, as in
# supervised training.
repeated = dict(type='RepeatDataset', times=20, dataset=_base_.labeled)
pseudo = dict(_base_.pseudo_set, ann_file='lsp20_pseudo_labels.json')
train_dataloader = dict(
    batch_size=24,
    dataset=dict(_delete_=True, type='ConcatDataset', datasets=[repeated, pseudo]),
)
