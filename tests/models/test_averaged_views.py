"""Averages over flips and scales: by hand, against stock, through a Runner."""

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmpose.registry import DATASETS, MODELS

from semi_pose.errors import UserError
from semi_pose.geometry import heatmap_peaks
from semi_pose.models import AveragedViews
from semi_pose.models.averaged_views import magnify

from ..helpers.coco_folder import annotation, write_coco
from ..helpers.runs import AFFINE, CROP, LOAD, PACK, coco_set, supervised_model
from ..helpers.tiny import estimator

LEFT, RIGHT = 9, 10  # the wrists
DARK = {**CROP, 'unbiased': True}
UDP = dict(type='UDPHeatmap', input_size=(48, 64), heatmap_size=(12, 16), sigma=1)


def averaged(scales, model=None):
    model = MODELS.build(model or supervised_model())
    return AveragedViews(model, scales).eval()


def test_a_scale_above_one_magnifies():
    image = torch.zeros(1, 1, 9, 9)
    image[0, 0, 4, 6] = 1
    # 2 pixels right of the center, 4 when twice as large.
    assert heatmap_peaks(magnify(image, 2.0)).tolist() == [[[8, 4]]]


def blobs(centers):
    rows, columns = torch.meshgrid(
        torch.arange(64.0), torch.arange(48.0), indexing='ij'
    )
    return torch.stack(
        [
            torch.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 6.0**2))
            for x, y in centers
        ]
    )[None]


def test_peaks_come_back_to_their_place():
    # Centers of heatmap pixels (3, 4), (8, 12) and (6, 2), at stride 4.
    pixels = [(3, 4), (8, 12), (6, 2)]
    images = blobs([(4 * x + 1.5, 4 * y + 1.5) for x, y in pixels])
    scales = (0.7, 1.0, 1.4)
    views = [F.avg_pool2d(magnify(images, scale), 4) for scale in scales]
    average = averaged(scales).merge_preds(views)
    assert heatmap_peaks(average)[0].tolist() == [list(pixel) for pixel in pixels]
    # The views did differ.
    assert not torch.equal(heatmap_peaks(views[0]), heatmap_peaks(views[1]))
    torch.testing.assert_close(average, F.avg_pool2d(images, 4), atol=0.07, rtol=0)


def test_only_views_that_cover_a_pixel_count():
    views = [torch.full((2, 5, 16, 12), value) for value in (1.0, 3.0)]
    average = averaged((1.0, 2.0)).merge_preds(views)
    # Twice as large the view shows the middle half: rows 4-11, columns 3-8.
    torch.testing.assert_close(
        average[..., 4:12, 3:9], torch.full((2, 5, 8, 6), 2.0), atol=1e-4, rtol=0
    )
    average[..., 3:13, 2:10] = 1
    torch.testing.assert_close(average, torch.ones(2, 5, 16, 12), atol=1e-4, rtol=0)


@pytest.mark.parametrize('scales', [(1.0,), (0.8, 1.0, 1.2), (0.6, 0.7)])
def test_the_rim_is_not_lowered(scales):
    ones = torch.ones(1, 2, 16, 12)
    average = averaged(scales).merge_preds([ones] * len(scales))
    torch.testing.assert_close(average, ones, atol=1e-4, rtol=0)


def test_what_no_view_covers_is_zero():
    average = averaged((2.0,)).merge_preds([torch.ones(1, 2, 16, 12)])
    assert average[0, 0, 8, 6] == 1
    assert average[..., :3, :].abs().max() == 0


def batch(folder, size=4):
    dataset = DATASETS.build(coco_set(folder, 'val', [*LOAD, AFFINE, PACK]))
    samples = [dataset[index] for index in range(size)]
    return {key: [one[key] for one in samples] for key in samples[0]}


@torch.no_grad()
def predictions(model, data):
    found = [sample.pred_instances for sample in model.test_step(data)]
    return [
        np.stack([one[key] for one in found])
        for key in ('keypoints', 'keypoint_scores')
    ]


@pytest.mark.parametrize('codec', [CROP, DARK, UDP])
def test_flips_alone_are_the_stock_flip_test(synthetic_coco, codec):
    cfg = supervised_model()
    cfg['head']['decoder'] = codec
    model = averaged([1.0], cfg)
    ours = predictions(model, batch(synthetic_coco))
    model.module.test_cfg = dict(flip_test=True)
    stock = predictions(model.module, batch(synthetic_coco))
    for one, other in zip(ours, stock, strict=True):
        # DARK moves some joints of random heatmaps far out of the crop.
        np.testing.assert_allclose(one, other, atol=0.2, rtol=1e-3)


@pytest.mark.parametrize('network', ['net1', 'net2', 'ensemble', 'ema'])
def test_networks_of_a_dual_model(synthetic_coco, network):
    model = averaged([1.0], estimator(joints=17, mean_teacher=0.1))
    for teacher in model.module.mean_teachers:  # unlike the networks
        torch.nn.init.normal_(next(teacher.parameters()))
    model.module.test_cfg = dict(network=network, flip_test=True)
    _, expected = predictions(model.module, batch(synthetic_coco))
    _, scores = predictions(model, batch(synthetic_coco))
    np.testing.assert_allclose(scores, expected, atol=1e-4)


def test_the_mean_of_several_models(synthetic_coco):
    several = AveragedViews(MODELS.build(supervised_model()), (1.0,), networks=3).eval()
    assert len({id(model) for model in several.models}) == 3
    heights = 0.1, 0.2, 0.6
    for model, height in zip(several.models, heights, strict=True):
        torch.nn.init.constant_(model.head.final_layer.weight, 0)
        torch.nn.init.constant_(model.head.final_layer.bias, height)
    _, scores = predictions(several, batch(synthetic_coco))
    np.testing.assert_allclose(scores, 0.3, atol=1e-5)


def wrists(images):
    """A network that takes a white spot on the right for the left wrist."""
    spots = F.avg_pool2d(images[:, :1].clamp_min(0), 4)
    heatmaps = spots.new_zeros(len(images), 17, 16, 12)
    heatmaps[:, RIGHT, :, :6] = spots[:, 0, :, :6]
    heatmaps[:, LEFT, :, 6:] = spots[:, 0, :, 6:]
    return heatmaps


@pytest.mark.parametrize('scales', [(1.0,), (0.8, 1.0, 1.2)])
def test_joints_in_pixels_of_the_picture(tmp_path, monkeypatch, scales):
    # The crop is the box with a margin: 0.6 of a pixel of it is one of the picture.
    where = write_coco(tmp_path, [annotation(1, 1, bbox=(30, 20, 30, 40))])
    picture = np.zeros((80, 100, 3), np.uint8)
    for x, y in ((37, 45), (53, 33)):
        cv2.circle(picture, (x, y), 4, (255, 255, 255), -1)
    cv2.imwrite(str(tmp_path / 'images' / '1.png'), picture)
    model = averaged(scales)
    monkeypatch.setattr(model.module, 'extract_feat', lambda images: images)
    monkeypatch.setattr(model.module.head, 'forward', wrists)

    dataset = DATASETS.build(
        dict(where, type='CocoDataset', pipeline=[*LOAD, AFFINE, PACK])
    )
    data = {key: [value] for key, value in dataset[0].items()}
    points, scores = (found[0, 0] for found in predictions(model, data))
    np.testing.assert_allclose(points[RIGHT], (37, 45), atol=2)
    np.testing.assert_allclose(points[LEFT], (53, 33), atol=2)
    assert min(scores[LEFT], scores[RIGHT]) > 0.5
    assert scores[0] == 0


def test_heads_without_heatmaps():
    cfg = supervised_model()
    cfg['head'] = dict(
        type='RegressionHead',
        in_channels=8,
        num_joints=17,
        decoder=dict(type='RegressionLabel', input_size=(48, 64)),
    )
    cfg['neck'] = dict(type='GlobalAveragePooling')
    with pytest.raises(UserError, match='a RegressionHead .* leave --tta out'):
        averaged([1.0], cfg)


def test_offsets_are_not_averaged():
    cfg = supervised_model(joints=3 * 17)
    cfg['head']['decoder'] = {**UDP, 'heatmap_type': 'combined'}
    cfg['head']['loss'] = dict(type='CombinedTargetMSELoss', use_target_weight=True)
    with pytest.raises(UserError, match='leave --tta out'):
        averaged([1.0], cfg)
