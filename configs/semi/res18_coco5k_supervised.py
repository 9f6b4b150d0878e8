# python tools/train.py configs/semi/res18_coco5k_supervised.py
# The baseline on 5000 labels.
_base_ = '../_base_/res18_coco.py'

train_dataloader = dict(dataset=dict(indices=5000))
