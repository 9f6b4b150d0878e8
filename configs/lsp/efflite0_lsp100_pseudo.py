# python tools/train.py configs/lsp/efflite0_lsp100_pseudo.py
# PseudoPose: a supervised network labels the unlabeled people once, by
#   python tools/dataset/make_pseudo_labels.py \
#       configs/lsp/efflite0_lsp100_supervised.py CHECKPOINT --data-root data \
#       --unlabeled configs/lsp/efflite0_lsp100_dual.py \
#       --out data/lsp100_pseudo_labels.json
_base_ = ['../_base_/efflite0_lsp.py', '../_base_/schedules/lsp_1200_steps.py']

train_cfg = _base_.steps
param_scheduler = _base_.decay
default_hooks = _base_.save
pseudo_labels = dict(
    teachers=['configs/lsp/efflite0_lsp100_supervised.py'],
    unlabeled='configs/lsp/efflite0_lsp100_dual.py',
    tta=False,
)

# 100 people 46 times are as many as the 4640 with pseudo labels.
repeated = dict(type='RepeatDataset', times=46, dataset=_base_.labeled)
pseudo = dict(
    _base_.labeled,
    ann_file='lsp100_pseudo_labels.json',
    data_prefix=dict(img=''),
    indices=None,
)
train_dataloader = dict(
    batch_size=16,
    dataset=dict(_delete_=True, type='ConcatDataset', datasets=[repeated, pseudo]),
)
