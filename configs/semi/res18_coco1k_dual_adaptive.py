# python tools/train.py configs/semi/res18_coco1k_dual_adaptive.py
# PoseDual with as many boxes as the teacher sees joints well (AKM).
_base_ = './res18_coco1k_dual.py'

model = dict(
    hard_pipeline=[dict(type='JointCutout', num_joints='adaptive'), *_base_.affine]
)
