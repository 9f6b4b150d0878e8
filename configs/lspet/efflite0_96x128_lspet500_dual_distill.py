# python tools/train.py configs/lspet/efflite0_96x128_lspet500_dual_distill.py
# DataDistill of dual networks: labels averaged over flips and over both networks of two
# runs of PoseDual (tools/analysis/study.py trains them first):
#   python tools/dataset/make_pseudo_labels.py \
#       configs/lspet/efflite0_96x128_lspet500_dual.py CHECKPOINT CHECKPOINT \
#       --tta --scales 1 --network ensemble --data-root data \
#       --unlabeled configs/lspet/efflite0_96x128_lspet500_dual_distill.py \
#       --out data/lspet500_dual_labels_96x128.json
_base_ = '../_base_/efflite0_lspet_96x128.py'

pseudo_labels = dict(
    teachers=['{{ fileDirname }}/efflite0_96x128_lspet500_dual.py@0,1'],
    network='ensemble',
    tta=True,
    scales=[1],
)

# A quarter of a batch has real labels: 8. Two hours of a CPU core.
labeled = dict(_base_.labeled, indices=500)  # number of labels
repeated = dict(type='RepeatDataset', times=6, dataset=labeled)
pseudo = dict(_base_.pseudo_set, ann_file='lspet500_dual_labels_96x128.json')
train_dataloader = dict(
    batch_size=32,
    dataset=dict(_delete_=True, type='ConcatDataset', datasets=[repeated, pseudo]),
)
train_cfg = dict(max_iters=7500, val_interval=2500)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=7500, end=7500, by_epoch=False)]
