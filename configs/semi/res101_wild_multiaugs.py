# python tools/train.py configs/semi/res101_wild_multiaugs.py
# MultiAugs, two hard views: two ResNet-101 on COCO train and unlabeled2017.
_base_ = './res101_wild_dual.py'

model = _base_.multiaugs_two_paths
