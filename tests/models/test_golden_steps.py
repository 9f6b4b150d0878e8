"""One training step against what the public code computed."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from semi_pose.geometry import warp
from semi_pose.models import HardView

from ..helpers.tiny import estimator

DATA = Path(__file__).parents[1] / 'data'
LAYERS = {'conv': 'backbone.conv', 'bn': 'backbone.bn', 'out': 'head.final_layer'}


class FixedAffine:
    """The public code's step had one fixed warp and no cutout."""

    def __init__(self, theta):
        self.theta = theta

    def __call__(self, view):
        return HardView(
            *(
                torch.stack([warp(student, self.theta) for student in tensors])
                for tensors in (view.images, view.heatmaps)
            )
        )


def parameter_name(net: int, name: str) -> str:
    """Our name of a golden parameter such as ``bn.weight``."""
    layer, rest = name.split('.', 1)
    return ('peer.' if net else '') + f'{LAYERS[layer]}.{rest}'


def golden_entries(golden, kind):
    for key, value in golden.items():
        net, _, rest = key.partition('.')
        if rest.startswith(f'{kind}.'):
            yield parameter_name(int(net[3:]), rest[len(kind) + 1 :]), value


def labeled_samples(golden):
    for target, weight in zip(golden['target'], golden['weight'], strict=True):
        sample = PoseDataSample()
        sample.gt_fields = PixelData(heatmaps=target)
        sample.gt_instance_labels = InstanceData(keypoint_weights=weight[None])
        yield sample


def run_step(name):
    golden = {k: torch.from_numpy(v) for k, v in np.load(DATA / f'{name}.npz').items()}
    model = MODELS.build(estimator(peer='same' if name == 'dual_step' else None))
    state = dict(golden_entries(golden, 'before'))
    missing = model.load_state_dict(state, strict=False)
    assert not missing.missing_keys and not missing.unexpected_keys
    model.hard_pipeline = [FixedAffine(golden['theta'])]
    model.train()
    losses = model.loss(
        dict(sup=golden['sup'], easy=golden['unsup']),
        dict(sup=list(labeled_samples(golden))),
    )
    total, _ = model.parse_losses(losses)
    total.backward()
    return golden, model, losses, total


def relative_difference(ours, theirs) -> float:
    ours, theirs = ours.detach().double(), theirs.double()
    return float((ours - theirs).abs().max() / theirs.abs().max().clamp(min=1e-12))


@pytest.mark.parametrize('name', ['dual_step', 'cons_step'])
def test_step_matches_the_public_code(name, record_property):
    golden, model, losses, total = run_step(name)
    differences = {
        'loss': relative_difference(total, golden['loss']),
        'loss_cons': relative_difference(
            losses['loss_consistency'], golden['loss_cons']
        ),
        'loss_pose': relative_difference(
            sum(value for key, value in losses.items() if 'loss_kpt' in key),
            golden['loss_pose'],
        ),
    }
    parameters, state = dict(model.named_parameters()), model.state_dict()
    for key, value in golden_entries(golden, 'grad'):
        differences[f'grad.{key}'] = relative_difference(parameters[key].grad, value)
    for key, value in golden_entries(golden, 'after'):
        differences[f'after.{key}'] = relative_difference(state[key], value)
    networks = 2 if name == 'dual_step' else 1
    assert len(differences) == 3 + networks * (5 + 8)
    worst = max(differences, key=differences.get)
    record_property('largest_relative_difference', differences[worst])
    print(f'{name}: largest relative difference {differences[worst]:.2e} ({worst})')
    assert differences[worst] < 1e-5
