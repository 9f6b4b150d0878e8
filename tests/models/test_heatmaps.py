"""Heatmaps of networks with several stages."""

import torch
from mmpose.registry import MODELS

from semi_pose.models.heatmaps import predict_heatmaps

from ..helpers.tiny import TinyBackbone, estimator, head
from .test_dual_estimator import samples, semi_batch


class TwoStages(TinyBackbone):
    """The features of each of two stages."""

    def forward(self, images: torch.Tensor) -> tuple:
        (features,) = super().forward(images)
        return features, 2 * features


def build():
    stages = dict(head(), type='CPMHead', num_stages=2)
    backbone = dict(type=TwoStages)
    return MODELS.build(estimator(head=stages, backbone=backbone))


def test_the_last_stage_teaches_and_learns():
    model = build()
    stages = model(torch.rand(2, 3, 64, 48), None)
    assert len(stages) == 2
    inputs, data_samples = semi_batch()
    model.loss(inputs, data_samples)['loss_consistency'].backward()
    first, last = model.head.multi_final_layers
    assert first.weight.grad is None and last.weight.grad.any()
    model.eval()
    expected = model(inputs['easy'], None)[-1]
    torch.testing.assert_close(predict_heatmaps(model, inputs['easy']), expected)


def test_labels_train_every_stage():
    model = build()
    model.loss(*semi_batch())['net1.loss_kpt'].backward()
    assert all(layer.weight.grad.any() for layer in model.head.multi_final_layers)


def test_both_networks_and_their_mean_are_tested():
    model = build().eval()
    with torch.no_grad():
        names = [
            name
            for name, _ in model.predict_each(torch.rand(2, 3, 64, 48), list(samples()))
        ]
    assert sorted(names) == ['ensemble', 'net1', 'net2']
