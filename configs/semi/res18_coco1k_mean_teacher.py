# python tools/train.py configs/semi/res18_coco1k_mean_teacher.py
# Mean teacher: standard consistency, taught by a moving average of the network.
_base_ = './res18_coco1k_standard.py'

model = dict(mean_teacher=0.001)
