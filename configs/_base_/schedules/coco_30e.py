# 30 epochs; the learning rate falls to a tenth after 20 and after 25.
epochs = dict(max_epochs=30, val_interval=5)
decay = [dict(type='MultiStepLR', milestones=[20, 25], gamma=0.1)]
