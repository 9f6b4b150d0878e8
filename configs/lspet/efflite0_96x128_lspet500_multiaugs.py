# python tools/train.py configs/lspet/efflite0_96x128_lspet500_multiaugs.py
# MultiAugs, dual, for a GPU: four hard views of each image.
_base_ = '../_base_/efflite0_lspet_96x128.py'

val_cfg = dict(type='SemiValLoop')
model = dict(
    _base_.dual_96x128, paths=_base_.small_four_paths, hard_pipeline=_base_.affine
)
labeled = dict(_base_.labeled, indices=500)  # number of labels
train_dataloader = dict(dataset=dict(_base_.pairs, _delete_=True, labeled=labeled))
