# python tools/train.py configs/lsp/efflite0_lsp20_mean_teacher.py
# Mean teacher, both views drawn alike. It follows by 0.01 per step instead of 0.001,
# since these runs are short.
_base_ = './efflite0_lsp20_dual.py'

model = dict(_base_.standard, mean_teacher=0.01)
train_dataloader = dict(dataset=dict(unlabeled=_base_.plain_unlabeled))
