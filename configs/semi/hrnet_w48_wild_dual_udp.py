# python tools/train.py configs/semi/hrnet_w48_wild_dual_udp.py
# As hrnet_w48_wild_dual.py with UDP: other crops and targets, so a training of its own.
_base_ = './hrnet_w48_wild_dual.py'

codec = dict(_base_.codec, type='UDPHeatmap')
crop = [dict(type='TopdownAffine', input_size=codec['input_size'], use_udp=True)]
easy_crop = _base_.easy_view + crop
target = [dict(type='GenerateTarget', encoder=codec)]
model = dict(head=dict(decoder=codec), test_cfg=dict(shift_heatmap=False))
train_dataloader = dict(
    dataset=dict(
        labeled=dict(pipeline=easy_crop + target + _base_.pack),
        unlabeled=dict(pipeline=easy_crop + _base_.pack),
    )
)
val_dataloader = dict(
    dataset=dict(pipeline=_base_.val_pipeline[:2] + crop + _base_.pack)
)
test_dataloader = val_dataloader
