# 100 epochs; the learning rate falls to a tenth after 50 and after 70.
epochs = dict(max_epochs=100, val_interval=5)
decay = [dict(type='MultiStepLR', milestones=[50, 70], gamma=0.1)]
