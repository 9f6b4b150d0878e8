# python tools/train.py configs/lsp/efflite0_lsp20_distill.py
# DataDistill: PseudoPose with labels averaged over flips and over several networks,
# supervised ones with seeds 0, 1 and 2 (tools/analysis/study.py trains them first):
#   python tools/dataset/make_pseudo_labels.py \
#       configs/lsp/efflite0_lsp20_supervised.py CHECKPOINT CHECKPOINT CHECKPOINT \
#       --tta --scales 1 --data-root data \
#       --unlabeled configs/lsp/efflite0_lsp20_distill.py \
#       --out data/lsp20_distilled_labels.json
_base_ = './efflite0_lsp20_pseudo.py'

# Supervised networks on small crops predict worse at other scales.
pseudo_labels = dict(
    teachers=['{{ fileDirname }}/efflite0_lsp20_supervised.py@0,1,2'],
    tta=True,
    scales=[1],
)
pseudo = dict(_base_.pseudo, ann_file='lsp20_distilled_labels.json')
train_dataloader = dict(dataset=dict(datasets=[_base_.repeated, pseudo]))
