# python tools/train.py configs/semi/res18_coco1k_sspcm_multiaugs.py
# SSPCM's targets on MultiAugs' four hard views.
_base_ = './res18_coco1k_sspcm.py'

train_cfg = dict(max_epochs=30)
param_scheduler = [dict(type='MultiStepLR', milestones=[20, 25], gamma=0.1)]
model = dict(paths=_base_.four_paths, hard_pipeline=_base_.affine)
