# python tools/train.py configs/semi/res18_coco1k_mean_teacher_pairs.py
# Mean teacher on easy-hard pairs with Joint Cutout.
_base_ = './res18_coco1k_dual.py'

model = dict(peer=None, mean_teacher=0.001)
