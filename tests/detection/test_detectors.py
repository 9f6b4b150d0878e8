import re

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torchvision import models

from semi_pose.detection import mmdet_detector, to_coco, torchvision_detector
from semi_pose.errors import UserError
from semi_pose.recipes.reading import read_config

SMALL = 'ssdlite320_mobilenet_v3_large'


class Finds(torch.nn.Module):
    """Finds a cat, a person as wide as the picture, and tells its first pixel."""

    score_thresh = 0.05

    def forward(self, pictures):
        (picture,) = pictures
        self.pixel = picture[:, 0, 0]
        width = picture.shape[2]
        boxes = torch.tensor([[0, 0, 5, 5], [1, 2, width, 4]])
        labels = torch.tensor([17, 1])
        return [dict(boxes=boxes, scores=torch.tensor([0.9, 0.8]), labels=labels)]


def test_torchvision_gets_rgb_and_gives_people(monkeypatch):
    model = Finds()
    monkeypatch.setattr(models, 'get_model', lambda *args, **options: model)
    picture = np.zeros((20, 30, 3), np.uint8)
    picture[..., 0] = 255  # blue, as OpenCV reads it
    found = torchvision_detector(SMALL)(picture)
    np.testing.assert_allclose(found, [[1, 2, 30, 4, 0.8]])
    assert model.pixel.tolist() == [0, 0, 1]
    assert model.score_thresh == 0.05
    cats = torchvision_detector(SMALL, category='cat', score_thr=0.01)(picture)
    assert model.score_thresh == 0.01
    np.testing.assert_allclose(cats, [[0, 0, 5, 5, 0.9]])


def test_torchvision_takes_a_file_of_weights(tmp_path):
    path = tmp_path / 'weights.pth'
    torch.manual_seed(0)
    model = models.get_model(SMALL, weights=None, weights_backbone=None)
    weights = model.state_dict()
    for name, values in weights.items():
        if re.fullmatch(r'head\.classification_head\.module_list\.\d\.1\.bias', name):
            values.view(-1, 91)[:, 1] += 5  # people everywhere
    torch.save(weights, path)
    picture = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    first, again = (
        torchvision_detector(SMALL, str(path), score_thr=0)(picture) for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    assert len(first) and first.shape[1] == 5
    torch.save({}, path)
    with pytest.raises(UserError, match='is of another model'):
        torchvision_detector(SMALL, str(path))


def test_what_torchvision_does_not_have():
    with pytest.raises(UserError, match=f'--detector yolo is none of .*{SMALL}'):
        torchvision_detector('yolo')
    with pytest.raises(UserError, match='does not detect tree: by --category'):
        torchvision_detector(SMALL, category='tree')


@pytest.fixture(scope='module')
def rtmdet(tmp_path_factory):
    """A narrow RTMDet of two classes, without training."""
    from mmdet.registry import MODELS

    folder = tmp_path_factory.mktemp('rtmdet')
    cfg = read_config('mmdet::rtmdet/rtmdet_tiny_8xb32-300e_coco.py')
    cfg.model.backbone.update(widen_factor=0.125, init_cfg=None)
    cfg.model.neck.update(in_channels=[32, 64, 128], out_channels=8)
    head = dict(in_channels=8, feat_channels=8, num_classes=2, exp_on_reg=True)
    cfg.model.bbox_head.update(head)
    cfg.test_dataloader.dataset.pipeline[1].scale = (64, 64)
    cfg.test_dataloader.dataset.pipeline[2].size = (64, 64)
    cfg.dump(folder / 'rtmdet.py')
    with DefaultScope.overwrite_default_scope('mmdet'):
        model = MODELS.build(cfg.model)
    meta = dict(dataset_meta=dict(classes=('dog', 'person')))
    torch.save(dict(state_dict=model.state_dict(), meta=meta), folder / 'rtmdet.pth')
    return str(folder / 'rtmdet.py'), str(folder / 'rtmdet.pth')


def test_mmdetection_detects(rtmdet):
    picture = np.random.default_rng(0).integers(0, 255, (48, 80, 3), np.uint8)
    people, dogs = (
        mmdet_detector(*rtmdet, category=category)(picture)
        for category in ('person', 'dog')
    )
    assert people.shape[1] == dogs.shape[1] == 5 and min(len(people), len(dogs)) > 1
    assert not np.array_equal(people, dogs)
    for found in (people, dogs):
        assert (np.diff(found[:, 4]) <= 0).all()  # in the order of suppression
        # The network sees the picture padded to a square.
        assert (found[:, :4] >= 0).all() and 48 < found[:, :4].max() < 81
    assert DefaultScope.get_current_instance().scope_name != 'mmdet'


def test_mmdetection_files_that_do_not_fit(rtmdet, tmp_path):
    config, checkpoint = rtmdet
    with pytest.raises(UserError, match='none.pth does not exist'):
        mmdet_detector(config, str(tmp_path / 'none.pth'))
    with pytest.raises(UserError, match='Cannot read the config'):
        mmdet_detector(str(tmp_path / 'none.py'), checkpoint)
    with pytest.raises(UserError, match='does not detect cat: .*one of dog, person'):
        mmdet_detector(config, checkpoint, category='cat')


def test_boxes_become_a_coco_file():
    pictures = [
        dict(file_name='a.jpg', width=40, height=30, boxes=[]),
        dict(
            file_name='b.jpg',
            width=40,
            height=30,
            video='b.mp4',
            boxes=[[1, 2, 11.5, 22, 0.75], [3, 4, 5, 6, 0.5]],
        ),
    ]
    coco = to_coco(pictures, dict(description='found'))
    assert coco['images'][1] == dict(
        id=2, file_name='b.jpg', width=40, height=30, video='b.mp4'
    )
    first, second = coco['annotations']
    assert first['bbox'] == [1, 2, 10.5, 20] and first['area'] == 210
    assert (first['id'], second['id'], second['image_id']) == (1, 2, 2)
    assert first['score'] == 0.75 and first['iscrowd'] == 0
    assert coco['info'] == dict(description='found')
    assert isinstance(Config(coco).categories[0].name, str)
