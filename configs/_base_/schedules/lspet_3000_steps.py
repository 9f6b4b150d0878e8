# 3000 steps; the learning rate falls to 0 along a cosine.
steps = dict(max_iters=3000, val_interval=500)
decay = [dict(type='CosineAnnealingLR', T_max=3000, end=3000, by_epoch=False)]
save = dict(checkpoint=dict(interval=1000))
