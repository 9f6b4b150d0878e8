# python tools/train.py configs/lsp/efflite0_lsp20_mean_teacher_pairs.py
# Mean teacher with easy-hard pairs and Joint Cutout. It follows by 0.01 per step
# instead of 0.001, since these runs are short.
_base_ = './efflite0_lsp20_dual.py'

model = dict(peer=None, mean_teacher=0.01)
