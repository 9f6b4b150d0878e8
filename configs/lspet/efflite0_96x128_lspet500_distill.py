# python tools/train.py configs/lspet/efflite0_96x128_lspet500_distill.py
# DataDistill for a GPU: labels averaged over flips and over three supervised networks
# (tools/analysis/study.py trains them first):
#   python tools/dataset/make_pseudo_labels.py \
#       configs/lspet/efflite0_96x128_lspet500_supervised.py CHECKPOINT CHECKPOINT \
#       CHECKPOINT --tta --scales 1 --data-root data \
#       --unlabeled configs/lspet/efflite0_96x128_lspet500_distill.py \
#       --out data/lspet500_distilled_labels_96x128.json
_base_ = '../_base_/efflite0_lspet_96x128.py'

pseudo_labels = dict(
    teachers=['{{ fileDirname }}/efflite0_96x128_lspet500_supervised.py@0,1,2'],
    tta=True,
    scales=[1],
)

# A quarter of a batch has real labels: 16, as in supervised training.
labeled = dict(_base_.labeled, indices=500)  # number of labels
repeated = dict(type='RepeatDataset', times=6, dataset=labeled)
pseudo = dict(_base_.pseudo_set, ann_file='lspet500_distilled_labels_96x128.json')
train_dataloader = dict(
    batch_size=64,
    dataset=dict(_delete_=True, type='ConcatDataset', datasets=[repeated, pseudo]),
)
