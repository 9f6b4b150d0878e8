# 70 epochs; the learning rate falls to a tenth after 50 and after 60.
epochs = dict(max_epochs=70, val_interval=5)
decay = [dict(type='MultiStepLR', milestones=[50, 60], gamma=0.1)]
