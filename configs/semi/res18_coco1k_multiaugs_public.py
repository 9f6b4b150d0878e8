# python tools/train.py configs/semi/res18_coco1k_multiaugs_public.py
# MultiAugs with the misplaced patches and boxes of its public code.
_base_ = './res18_coco1k_multiaugs.py'

cutout = dict(type='JointCutout', clip_as_public_code=True)
occlude = dict(type='CutOcclude', swap_xy_as_public_code=True)
boxes = dict(type='RandomCutout', as_public_code=True)
mix = dict(type='RandomCutMix', num_boxes=5, as_public_code=True)
model = dict(paths=[[cutout], [occlude], [occlude, boxes], [cutout, mix]])
