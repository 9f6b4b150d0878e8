# All of COCO train labeled; unlabeled: people that a detector found in unlabeled2017.
# Pairs by the size of their crops.
_base_ = './semi.py'

codecs = {
    '256x192': dict(
        type='MSRAHeatmap', input_size=(192, 256), heatmap_size=(48, 64), sigma=2
    ),
    '384x288': dict(
        type='MSRAHeatmap', input_size=(288, 384), heatmap_size=(72, 96), sigma=3
    ),
}
pack = [dict(type='PackPoseInputs')]
easy_crops = {
    size: [
        *_base_.easy_view,
        dict(type='TopdownAffine', input_size=codec['input_size']),
    ]
    for size, codec in codecs.items()
}
labeled = dict(
    type='CocoDataset',
    data_root='data/coco/',
    data_mode='topdown',
    ann_file='annotations/person_keypoints_train2017.json',
    data_prefix=dict(img='train2017/'),
)
unlabeled = dict(
    type='UnlabeledDataset',
    data_root='data/coco/',
    ann_file='annotations/image_info_unlabeled2017.json',
    bbox_file='person_detection_results/'
    'COCO_unlabeled2017_detections_person_faster_rcnn.json',
    data_prefix=dict(img='unlabeled2017/'),
)
pairs = {
    size: dict(
        type='SemiDataset',
        labeled=dict(
            labeled,
            pipeline=[*crop, dict(type='GenerateTarget', encoder=codecs[size]), *pack],
        ),
        unlabeled=dict(unlabeled, pipeline=crop + pack),
    )
    for size, crop in easy_crops.items()
}
