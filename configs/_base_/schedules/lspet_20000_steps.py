# 20,000 steps; the learning rate falls to 0 along a cosine.
steps = dict(max_iters=20000, val_interval=2000)
decay = [dict(type='CosineAnnealingLR', T_max=20000, end=20000, by_epoch=False)]
save = dict(checkpoint=dict(interval=2000))
