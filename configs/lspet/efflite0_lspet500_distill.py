# python tools/train.py configs/lspet/efflite0_lspet500_distill.py
# DataDistill: PseudoPose with labels averaged over flips and scales, by
#   python tools/dataset/make_pseudo_labels.py \
#       configs/lspet/efflite0_lspet500_supervised.py CHECKPOINT --tta \
#       --data-root data --unlabeled configs/lspet/efflite0_lspet500_dual.py \
#       --out data/lspet500_distilled_labels.json
_base_ = './efflite0_lspet500_pseudo.py'

pseudo_labels = dict(tta=True)
pseudo = dict(_base_.pseudo, ann_file='lspet500_distilled_labels.json')
train_dataloader = dict(dataset=dict(datasets=[_base_.repeated, pseudo]))
