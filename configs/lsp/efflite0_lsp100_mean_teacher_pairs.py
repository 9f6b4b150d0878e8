# python tools/train.py configs/lsp/efflite0_lsp100_mean_teacher_pairs.py
# Mean teacher with easy-hard pairs and Joint Cutout. 0.01, since these runs are short.
_base_ = './efflite0_lsp100_dual.py'

model = dict(peer=None, mean_teacher=0.01)
