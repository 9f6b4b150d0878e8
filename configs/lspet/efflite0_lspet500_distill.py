# python tools/train.py configs/lspet/efflite0_lspet500_distill.py
# DataDistill: PseudoPose with labels averaged over flips and over several networks,
# supervised ones with seeds 0, 1 and 2 (tools/analysis/study.py trains them first):
#   python tools/dataset/make_pseudo_labels.py \
#       configs/lspet/efflite0_lspet500_supervised.py CHECKPOINT CHECKPOINT CHECKPOINT \
#       --tta --scales 1 --data-root data \
#       --unlabeled configs/lspet/efflite0_lspet500_distill.py \
#       --out data/lspet500_distilled_labels.json
# The networks that this trains can make labels in turn.
_base_ = './efflite0_lspet500_pseudo.py'

# Supervised networks on small crops predict worse at other scales.
pseudo_labels = dict(
    teachers=['{{ fileDirname }}/efflite0_lspet500_supervised.py@0,1,2'],
    tta=True,
    scales=[1],
)
pseudo = dict(_base_.pseudo, ann_file='lspet500_distilled_labels.json')
train_dataloader = dict(dataset=dict(datasets=[_base_.repeated, pseudo]))
