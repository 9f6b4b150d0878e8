# python tools/test.py configs/semi/hrnet_w48_wild_dual_dark.py CHECKPOINT
# A test of what hrnet_w48_wild_dual.py trained, with DARK's decoding.
_base_ = './hrnet_w48_wild_dual.py'

model = dict(head=dict(decoder=dict(unbiased=True)))
