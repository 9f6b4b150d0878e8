# python tools/train.py configs/lsp/efflite0_lsp100_dual_randaugment.py
# PoseDual with RandAugment in place of Joint Cutout.
_base_ = './efflite0_lsp100_dual.py'

model = dict(hard_pipeline=_base_.mild_cutout_affine[1:])
pack = [dict(type='PackViews', hard=[dict(type='RandAugment')])]
unlabeled = dict(
    datasets=[
        dict(people, pipeline=_base_.easy_crop + pack)
        for people in _base_.unlabeled_people
    ]
)
train_dataloader = dict(dataset=dict(unlabeled=unlabeled))
