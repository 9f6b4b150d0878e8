# python tools/train.py configs/semi/res18_coco_supervised.py
# The baseline on all labels of COCO train.
_base_ = '../_base_/res18_coco.py'

train_dataloader = dict(dataset=dict(indices=None))
