# python tools/train.py configs/lsp/efflite0_lsp100_distill.py
# DataDistill: PseudoPose with labels averaged over flips and scales, by
#   python tools/dataset/make_pseudo_labels.py \
#       configs/lsp/efflite0_lsp100_supervised.py CHECKPOINT --tta --data-root data \
#       --unlabeled configs/lsp/efflite0_lsp100_dual.py \
#       --out data/lsp100_distilled_labels.json
_base_ = './efflite0_lsp100_pseudo.py'

pseudo_labels = dict(tta=True)
pseudo = dict(_base_.pseudo, ann_file='lsp100_distilled_labels.json')
train_dataloader = dict(dataset=dict(datasets=[_base_.repeated, pseudo]))
