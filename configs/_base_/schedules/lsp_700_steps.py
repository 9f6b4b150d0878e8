# 700 steps; the learning rate falls to a tenth after 490 and after 630.
steps = dict(max_iters=700, val_interval=350)
decay = [dict(type='MultiStepLR', milestones=[490, 630], gamma=0.1, by_epoch=False)]
save = dict(checkpoint=dict(interval=350))
