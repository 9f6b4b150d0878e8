# python tools/train.py configs/semi/res18_coco5k_distill.py
# DataDistill on 5000 labels: pseudo labels averaged over flips and scales. Before it:
#   python tools/train.py configs/semi/res18_coco5k_supervised.py
#   python tools/dataset/make_pseudo_labels.py \
#       configs/semi/res18_coco5k_supervised.py \
#       work_dirs/res18_coco5k_supervised/epoch_210.pth \
#       --unlabeled configs/semi/res18_coco5k_distill.py --tta \
#       --out data/coco/annotations/coco5k_distilled_labels.json
_base_ = './res18_coco5k_pseudo.py'

pseudo_labels = dict(tta=True)
pseudo = dict(_base_.pseudo, ann_file='annotations/coco5k_distilled_labels.json')
train_dataloader = dict(dataset=dict(datasets=[_base_.repeated, pseudo]))
