# python tools/train.py configs/lspet/efflite0_lspet500_mean_teacher_pairs.py
# Mean teacher with easy-hard pairs and Joint Cutout.
_base_ = './efflite0_lspet500_dual.py'

model = dict(peer=None, mean_teacher=0.003)
