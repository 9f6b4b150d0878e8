# python tools/train.py configs/semi/hrnet_w48_wild_multiaugs.py
# MultiAugs, two hard views: two HRNet-W48 on COCO train and unlabeled2017.
_base_ = './hrnet_w48_wild_dual.py'

model = _base_.multiaugs_two_paths
