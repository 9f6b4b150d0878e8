"""The labeler against stock prediction, and on pictures of known joints."""

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmpose.datasets.datasets import CocoDataset
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.registry import DATASETS, MODELS
from torch.utils.data import DataLoader

from semi_pose.errors import UserError
from semi_pose.models.members import find_member
from semi_pose.pseudo_labels import Labeler, PeopleToLabel, load_labeler

from ..helpers.coco_folder import annotation, write_coco
from ..helpers.runs import AFFINE, CROP, LOAD, PACK, coco_set, supervised_model
from ..helpers.tiny import estimator

METAINFO = parse_pose_metainfo(CocoDataset.METAINFO)
LEFT, RIGHT = 9, 10  # the wrists
DARK = {**CROP, 'unbiased': True}
UDP = dict(type='UDPHeatmap', input_size=(48, 64), heatmap_size=(12, 16), sigma=1)


def batches(folder, size=4):
    dataset = DATASETS.build(coco_set(folder, 'val', [*LOAD, AFFINE, PACK]))
    samples = [dataset[index] for index in range(size)]
    return {key: [one[key] for one in samples] for key in samples[0]}


def predictions(samples):
    found = [sample.pred_instances for sample in samples]
    return [np.stack([one[key] for one in found]) for key in found[0].keys()]  # noqa: SIM118


@pytest.mark.parametrize('codec', [CROP, DARK, UDP])
def test_flips_alone_are_the_stock_flip_test(synthetic_coco, codec):
    cfg = supervised_model()
    cfg['head']['decoder'] = codec
    model = MODELS.build(cfg).eval()
    averaged = Labeler(model, [1.0]).predict(batches(synthetic_coco))
    model.test_cfg = dict(flip_test=True)
    stock = Labeler(model).predict(batches(synthetic_coco))
    for ours, theirs in zip(predictions(averaged), predictions(stock), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=0.2)


@pytest.mark.parametrize('network', [1, 2, 'ensemble', 'ema'])
def test_networks_of_a_dual_model(synthetic_coco, network):
    model = MODELS.build(estimator(joints=17, mean_teacher=0.1)).eval()
    for teacher in model.mean_teachers:  # unlike the networks
        torch.nn.init.normal_(next(teacher.parameters()))
    model.test_cfg = dict(network=network, flip_test=True)
    expected = predictions(Labeler(model).predict(batches(synthetic_coco)))
    model.test_cfg['flip_test'] = False
    averaged = predictions(Labeler(model, [1.0]).predict(batches(synthetic_coco)))
    np.testing.assert_allclose(averaged[1], expected[1], atol=1e-4)


def wrists(images):
    """A network that knows a white spot on the right for the left wrist."""
    spots = F.avg_pool2d(images[:, :1].clamp_min(0), 4)
    heatmaps = spots.new_zeros(len(images), 17, 16, 12)
    heatmaps[:, RIGHT, :, :6] = spots[:, 0, :, :6]
    heatmaps[:, LEFT, :, 6:] = spots[:, 0, :, 6:]
    return heatmaps


@pytest.mark.parametrize('scales', [None, (1.0,), (0.8, 1.0, 1.2)])
def test_joints_in_pixels_of_the_picture(tmp_path, monkeypatch, scales):
    # The crop is the box with a margin: 0.6 of a pixel of it is one of the picture.
    where = write_coco(tmp_path, [annotation(1, 1, bbox=(30, 20, 30, 40))])
    picture = np.zeros((80, 100, 3), np.uint8)
    for x, y in ((37, 45), (53, 33)):
        cv2.circle(picture, (x, y), 4, (255, 255, 255), -1)
    cv2.imwrite(str(tmp_path / 'images' / '1.png'), picture)
    model = MODELS.build(supervised_model()).eval()
    monkeypatch.setattr(model, '_forward', wrists)
    monkeypatch.setattr(model, 'extract_feat', lambda images: images)
    monkeypatch.setattr(model.head, 'forward', wrists)

    dataset = dict(where, type='UnlabeledDataset')
    part = Config(dict(train_dataloader=dict(dataset=dataset)))
    people = PeopleToLabel(part, [*LOAD, AFFINE, PACK], METAINFO)
    loader = DataLoader(people, 2, collate_fn=list)
    ((number, (person,)),) = Labeler(model, scales).label(loader)
    assert number == 1
    assert (person['width'], person['height']) == (100, 80)
    points, scores = np.array(person['keypoints']), person['keypoint_scores']
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
    model = MODELS.build(cfg).eval()
    Labeler(model).check_joints(17)
    with pytest.raises(UserError, match='a RegressionHead .* leave --tta out'):
        Labeler(model, [1.0])


def test_offsets_are_not_averaged():
    cfg = supervised_model(joints=3 * 17)
    cfg['head']['decoder'] = {**UDP, 'heatmap_type': 'combined'}
    cfg['head']['loss'] = dict(type='CombinedTargetMSELoss', use_target_weight=True)
    model = MODELS.build(cfg).eval()
    Labeler(model).check_joints(17)
    with pytest.raises(UserError, match='leave --tta out'):
        Labeler(model, [1.0])


@pytest.fixture
def saved(tmp_path):
    """Config and checkpoint of a dual model, and of a single one."""
    pairs = []
    for name, cfg in (
        ('dual', estimator(joints=17)),
        ('single', supervised_model()),
    ):
        path = str(tmp_path / f'{name}.pth')
        torch.save(dict(state_dict=MODELS.build(cfg).state_dict()), path)
        pairs.append((Config(dict(model=cfg), filename=None), path))
    return pairs


def test_a_stock_config_loads_a_dual_checkpoint_and_network_1_a_single(saved):
    (dual, dual_path), (single, single_path) = saved
    weights = torch.load(dual_path)['state_dict']['backbone.conv.weight']
    labeler = load_labeler(single, dual_path, 17, device='cpu')
    torch.testing.assert_close(labeler.model.backbone.conv.weight, weights)
    assert not labeler.model.training
    load_labeler(dual, single_path, 17, network=1, device='cpu')
    with pytest.raises(UserError, match='weights are missing, first peer'):
        load_labeler(dual, single_path, 17, network=2, device='cpu')


def test_models_that_do_not_fit(saved):
    (dual, dual_path), (single, single_path) = saved
    with pytest.raises(UserError, match="no network 'ensemble'"):
        load_labeler(single, single_path, 17, network='ensemble')
    with pytest.raises(UserError, match='predicts 17 joints, .* have 14'):
        load_labeler(single, single_path, 14)
    with pytest.raises(UserError, match='--device nowhere cannot be used'):
        load_labeler(single, single_path, 17, device='nowhere')
    labeler = load_labeler(dual, dual_path, 17, network='ensemble', device='cpu')
    assert find_member(labeler.model) == 'ensemble'
