# python tools/train.py configs/semi/res18_coco1k_supervised.py
# The baseline: ResNet-18 on the first 1000 labeled people of COCO.
_base_ = '../_base_/res18_coco.py'

train_dataloader = dict(dataset=dict(indices=1000))
