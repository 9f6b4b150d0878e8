# 1000 steps; the learning rate falls to 0 along a cosine.
steps = dict(max_iters=1000, val_interval=250)
decay = [dict(type='CosineAnnealingLR', T_max=1000, end=1000, by_epoch=False)]
save = dict(checkpoint=dict(interval=500))
