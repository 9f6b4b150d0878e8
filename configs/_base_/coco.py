# COCO at 256x192: the first 1000 people of train labeled, all of train unlabeled.
_base_ = './semi.py'

codec_256x192 = dict(
    type='MSRAHeatmap', input_size=(192, 256), heatmap_size=(48, 64), sigma=2
)
crop = [dict(type='TopdownAffine', input_size=(192, 256))]
target = [dict(type='GenerateTarget', encoder=codec_256x192)]
pack = [dict(type='PackPoseInputs')]
plain_crop = _base_.plain_view + crop + pack

coco_train = dict(
    data_root='data/coco/',
    ann_file='annotations/person_keypoints_train2017.json',
    data_prefix=dict(img='train2017/'),
)
labeled = dict(
    coco_train,
    type='CocoDataset',
    data_mode='topdown',
    indices=1000,
    pipeline=_base_.easy_view + crop + target + pack,
)
unlabeled = dict(
    coco_train,
    type='UnlabeledDataset',
    only_annotated=True,
    pipeline=_base_.easy_view + crop + pack,
)
pairs = dict(type='SemiDataset', labeled=labeled, unlabeled=unlabeled)
