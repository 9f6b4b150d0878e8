# MPII, labeled, and AI Challenger, unlabeled: two folders below one data root.
mpii_train = dict(
    data_root='data/',
    ann_file='mpii/annotations/mpii_train.json',
    data_prefix=dict(img='mpii/images/'),
)
mpii_val = dict(
    data_root='data/',
    ann_file='mpii/annotations/mpii_val.json',
    headbox_file='data/mpii/annotations/mpii_gt_val.mat',
    data_prefix=dict(img='mpii/images/'),
)
aic_unlabeled = dict(
    type='UnlabeledDataset',
    data_root='data/',
    ann_file='aic/annotations/aic_train.json',
    data_prefix=dict(
        img='aic/ai_challenger_keypoint_train_20170902/keypoint_train_images_20170902/'
    ),
)
