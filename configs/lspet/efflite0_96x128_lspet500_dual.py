# python tools/train.py configs/lspet/efflite0_96x128_lspet500_dual.py
# PoseDual with Joint Cutout, for a GPU.
_base_ = '../_base_/efflite0_lspet_96x128.py'

val_cfg = dict(type='SemiValLoop')
model = dict(_base_.dual_96x128)
labeled = dict(_base_.labeled, indices=500)  # number of labels
train_dataloader = dict(dataset=dict(_base_.pairs, _delete_=True, labeled=labeled))
