import pytest
import torch
import torch.nn.functional as F
from mmpose.registry import MODELS

from semi_pose.geometry import heatmap_peaks
from semi_pose.models import HardAffine, JointCutout
from semi_pose.models.heatmaps import predict_hard
from semi_pose.study.difficulty import (
    find_augmentations,
    make_views,
    predict_view,
)

from ..helpers.runs import supervised_model
from ..helpers.studies import lsp, method, planner


class Bright(torch.nn.Module):
    """A head whose heatmaps are the pictures themselves, at stride 4."""

    def forward(self, features):
        return features


@pytest.fixture
def model():
    model = MODELS.build(supervised_model())
    model.backbone = torch.nn.Identity()
    model.head = Bright()
    model._forward = lambda images: F.avg_pool2d(images, 4)
    return model


@pytest.fixture
def image():
    # One bright spot, off the centre, round heatmap pixel (8, 5).
    image = torch.zeros(1, 1, 64, 64)
    image[..., 18:26, 30:38] = 1
    return image


def test_warped_heatmaps_come_back_to_the_plain_frame(model, image):
    plain = predict_view(model, image, [])
    affine = HardAffine(rotation_std=0, scale_std=0.25, scale_limits=(0.75, 0.75))
    torch.manual_seed(0)
    for _ in range(3):
        warped = predict_view(model, image, [affine])
        assert (heatmap_peaks(warped) - heatmap_peaks(plain)).abs().max() <= 1
    far = HardAffine(rotation_std=30, scale_std=0, rotation_prob=1)
    for _ in range(3):
        warped = predict_view(model, image, [far])
        assert (heatmap_peaks(warped) - heatmap_peaks(plain)).abs().max() <= 1
        assert not torch.equal(warped, plain)


def test_joints_that_the_hard_view_cuts_off_are_told(model, image):
    # The second person's joint lies in a corner, which a larger picture loses.
    corner = torch.zeros_like(image)
    corner[..., :8, :8] = 1
    images = torch.cat([image, corner])
    easy = predict_view(model, images, [])
    zoom = HardAffine(rotation_std=0, scale_std=9, scale_limits=(0.5, 0.5))
    _, shown = predict_hard(model, images, easy, [zoom])
    assert shown.tolist() == [[True], [False]]
    _, shown = predict_hard(model, images, easy, [JointCutout(num_joints=1)])
    assert shown.tolist() == [[True], [True]]  # hidden, but not cut off


def test_cutouts_hide_the_joint_that_the_network_sees(model, image):
    cutout = JointCutout(num_joints=1, jitter_std=0, half_size=(12, 12))
    hidden = predict_view(model, image, [cutout])
    assert hidden.max() == 0
    assert image.max() == 1


def test_the_hard_views_of_the_study(tmp_path):
    plan = planner(tmp_path)
    supervised = method('supervised', '', [plan.trial(lsp('supervised'), 0)])
    dual = method('dual', '', [plan.trial(lsp('dual'), 0)])
    found = find_augmentations([supervised, dual])
    assert found['JointCutout']['num_joints'] == 3
    assert found['HardAffine']['rotation_std'] == 15
    assert found['RandAugment'] == dict(type='RandAugment')
    views = make_views(found)
    assert list(views)[:2] == ['none', 'affine']
    assert views['none'] == []
    assert views['affine + Joint Cutout'][0].num_joints == 3
    # Standard consistency has no easy-hard pair: its affine is no hard view.
    standard = method('standard', '', [plan.trial(lsp('standard'), 0)])
    assert find_augmentations([standard])['HardAffine'] == dict(type='HardAffine')
