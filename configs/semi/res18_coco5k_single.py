# python tools/train.py configs/semi/res18_coco5k_single.py
# PoseCons with Joint Cutout, 5000 labels.
_base_ = './res18_coco1k_single.py'

train_cfg = dict(max_epochs=100)
param_scheduler = [dict(type='MultiStepLR', milestones=[70, 90], gamma=0.1)]
train_dataloader = dict(dataset=dict(labeled=dict(indices=5000)))
