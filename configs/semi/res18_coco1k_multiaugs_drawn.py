# python tools/train.py configs/semi/res18_coco1k_multiaugs_drawn.py
# MultiAugs with targets drawn again at the teachers' peaks.
_base_ = './res18_coco1k_multiaugs.py'

model = dict(hard_pipeline=[*_base_.affine, dict(type='RedrawTargets', sigma=2)])
