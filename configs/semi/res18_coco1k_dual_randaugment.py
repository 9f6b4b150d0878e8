# python tools/train.py configs/semi/res18_coco1k_dual_randaugment.py
# PoseDual with RandAugment before the hard affine.
_base_ = './res18_coco1k_dual.py'

model = dict(hard_pipeline=_base_.affine)
views = dict(type='PackViews', hard=[dict(type='RandAugment')])
train_dataloader = dict(
    dataset=dict(
        unlabeled=dict(pipeline=[*_base_.easy_view, *_base_.crop, views]),
    )
)
