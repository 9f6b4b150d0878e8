# python tools/train.py configs/semi/res18_coco10k_standard.py
# Standard consistency, 10,000 labels.
_base_ = './res18_coco5k_standard.py'

train_dataloader = dict(dataset=dict(labeled=dict(indices=10000)))
