# 100 epochs; the learning rate falls to a tenth after 70 and after 90.
epochs = dict(max_epochs=100, val_interval=5)
decay = [dict(type='MultiStepLR', milestones=[70, 90], gamma=0.1)]
