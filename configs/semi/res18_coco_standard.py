# python tools/train.py configs/semi/res18_coco_standard.py
# Standard consistency with all labels of COCO train, which collapses too.
_base_ = './res18_coco10k_standard.py'

train_dataloader = dict(dataset=dict(labeled=dict(indices=None)))
