# ResNet-18 on labels and pseudo labels of COCO train. Recipes add the two data sets.
_base_ = './res18_coco.py'

pseudo_labels = dict(tta=False)
pseudo = dict(_base_.labeled, data_prefix=dict(img=''), indices=None)
train_dataloader = dict(
    batch_size=64, dataset=dict(_delete_=True, type='ConcatDataset')
)
