# python tools/train.py configs/semi/res50_wild_multiaugs.py
# MultiAugs, two hard views: two ResNet-50 on COCO train and unlabeled2017.
_base_ = './res50_wild_dual.py'

model = _base_.multiaugs_two_paths
