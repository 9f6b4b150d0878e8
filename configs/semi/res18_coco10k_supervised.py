# python tools/train.py configs/semi/res18_coco10k_supervised.py
# The baseline on 10,000 labels.
_base_ = '../_base_/res18_coco.py'

train_dataloader = dict(dataset=dict(indices=10000))
