# 1200 steps; the learning rate falls to a tenth after 840 and after 1080.
steps = dict(max_iters=1200, val_interval=200)
decay = [dict(type='MultiStepLR', milestones=[840, 1080], gamma=0.1, by_epoch=False)]
save = dict(checkpoint=dict(interval=400))
