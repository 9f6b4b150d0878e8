"""The memory layout, through a real Runner."""

import torch

from semi_pose.engine import ChannelsLast

from ..helpers.runs import build_runner


def test_weights_lie_channels_last_and_train_as_before(synthetic_coco, tmp_path):
    states = []
    for name, hooks in (('plain', []), ('last', [dict(type='ChannelsLast')])):
        runner = build_runner(synthetic_coco, tmp_path / name, custom_hooks=hooks)
        runner.train()
        states.append(runner.model.state_dict())
    plain, last = states
    conv = last['backbone.conv.weight']
    assert conv.is_contiguous(memory_format=torch.channels_last)
    assert not conv.is_contiguous()
    for key, value in plain.items():
        torch.testing.assert_close(last[key], value, rtol=1e-3, atol=1e-5)


def test_feature_maps_take_the_layout_from_the_weights():
    class Run:
        model = torch.nn.Conv2d(3, 4, 3)

    ChannelsLast().before_run(Run)
    features = Run.model(torch.rand(2, 3, 8, 8))
    assert features.is_contiguous(memory_format=torch.channels_last)
