# python tools/train.py configs/semi/res18_coco10k_single.py
# PoseCons with Joint Cutout, 10,000 labels.
_base_ = './res18_coco5k_single.py'

train_dataloader = dict(dataset=dict(labeled=dict(indices=10000)))
