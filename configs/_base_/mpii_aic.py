# MPII, labeled, and AI Challenger, unlabeled, at 256x256: two folders below one data
# root.
_base_ = './semi.py'

codec_256x256 = dict(
    type='MSRAHeatmap', input_size=(256, 256), heatmap_size=(64, 64), sigma=2
)
easy_crop = [*_base_.easy_view, dict(type='TopdownAffine', input_size=(256, 256))]
target = [dict(type='GenerateTarget', encoder=codec_256x256)]
pack = [dict(type='PackPoseInputs')]

labeled = dict(
    type='MpiiDataset',
    data_root='data/',
    data_mode='topdown',
    ann_file='mpii/annotations/mpii_train.json',
    data_prefix=dict(img='mpii/images/'),
    pipeline=easy_crop + target + pack,
)
unlabeled = dict(
    type='UnlabeledDataset',
    data_root='data/',
    ann_file='aic/annotations/aic_train.json',
    data_prefix=dict(
        img='aic/ai_challenger_keypoint_train_20170902/keypoint_train_images_20170902/'
    ),
    pipeline=easy_crop + pack,
)
pairs = dict(type='SemiDataset', labeled=labeled, unlabeled=unlabeled)
mpii_val = dict(
    data_root='data/',
    ann_file='mpii/annotations/mpii_val.json',
    headbox_file='data/mpii/annotations/mpii_gt_val.mat',
    data_prefix=dict(img='mpii/images/'),
)
