# python tools/train.py configs/semi/res18_coco1k_multiaugs_mean_teacher.py
# MultiAugs taught by moving averages of the networks.
_base_ = './res18_coco1k_multiaugs.py'

model = dict(mean_teacher=0.001)
