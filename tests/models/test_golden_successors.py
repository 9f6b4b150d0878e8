"""Successors of the paper against what their public code computed."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmpose.registry import MODELS

from semi_pose.geometry import warp
from semi_pose.models import PositionTargets
from semi_pose.models.hard_pipeline.boxes import cover, pick
from semi_pose.models.hard_pipeline.cut_occlude import occlude
from semi_pose.models.hard_pipeline.hard_view import warp_students
from semi_pose.models.hard_pipeline.random_cut_mix import mix
from semi_pose.models.targets import correct_by_position

from ..helpers.tiny import estimator
from .test_golden_steps import LAYERS, labeled_samples, relative_difference

DATA = Path(__file__).parents[1] / 'data' / 'successors'
# Keys of our networks by those of the golden files.
PREFIXES = {
    'net0': '',
    'net1': 'peer.',
    'net2': 'student.',
    'last0': 'past_teachers.0.network.',
    'last1': 'past_teachers.1.network.',
}
PAST_LAYERS = {'conv': '0.conv', 'bn': '0.bn', 'out': '1.final_layer'}


class Recorded:
    """The recorded draws of one kind of augmentation, for one student."""

    def __init__(self, name: str, size: str) -> None:
        entries = np.load(DATA / f'{name}.npz').items()
        self.values = {
            key.removeprefix(f'{size}.'): torch.from_numpy(np.asarray(value))
            for key, value in entries
            if key.startswith(f'{size}.')
        }

    def __getitem__(self, key: str) -> torch.Tensor:
        """Return draws with an axis of one student."""
        value = self.values[key][None]
        is_place = key.rsplit('.', 1)[-1].startswith('centers')
        return value.float() if is_place else value

    @property
    def size(self) -> tuple[int, int]:
        return tuple(self.values['size_hw'].tolist())

    def pictures(self, number: int) -> torch.Tensor:
        """Pictures whose values name their pixels: 1, 2, 3, ..."""
        height, width = self.size
        pixels = 1 + torch.arange(number * height * width, dtype=torch.float32)
        return pixels.view(1, number, 1, height, width)

    def boxes(self, place: str, chosen: str | None = None) -> torch.Tensor:
        """Mark the boxes, as the public code clips them."""
        centers, half = self[f'{place}centers'], self[f'{place}half']
        if chosen is not None:
            centers, half = pick(centers, self[chosen]), pick(half, self[chosen])
        return cover(centers, half, self.size, as_public_code=True).unsqueeze(2)

    def occluded(self, images: torch.Tensor, place: str, centers: str) -> torch.Tensor:
        draws = ('half', 'source_image', 'target_joint', 'source_joint')
        values = [self[f'{place}{name}'] for name in draws]
        return occlude(images, self[f'{place}{centers}'], *values)


AUGMENTATIONS = {
    'co': lambda d, x: x.masked_fill(d.boxes('co.'), 0),
    'cm': lambda d, x: mix(x, d.boxes('cm.'), d['cm.source_image']),
    'jc': lambda d, x: x.masked_fill(d.boxes('jc.', 'jc.chosen'), 0),
    'jo': lambda d, x: d.occluded(x, 'jo.', 'centers_as_public_code'),
    'joco': lambda d, x: d.occluded(
        x, 'joco.jo.', 'centers_as_public_code'
    ).masked_fill(d.boxes('joco.co.'), 0),
    'jccm': lambda d, x: mix(
        x.masked_fill(d.boxes('jccm.jc.', 'jccm.jc.chosen'), 0),
        d.boxes('jccm.cm.'),
        d['jccm.cm.source_image'],
    ),
}


@pytest.mark.parametrize('size', ['small', 'full'])
@pytest.mark.parametrize('name', AUGMENTATIONS)
def test_augmentations_of_multiaugs(name, size):
    draws = Recorded('multiaugs_augs', size)
    expected = draws[f'{name}.out']
    pictures = draws.pictures(expected.shape[1])
    assert torch.equal(AUGMENTATIONS[name](draws, pictures), expected)
    assert not torch.equal(pictures, expected)


@pytest.mark.parametrize('size', ['small', 'full'])
@pytest.mark.parametrize('placed', ['right', 'as_public_code'])
def test_cut_occlude_of_sspcm(placed, size):
    draws = Recorded('sspcm_occlude', size)
    expected = draws[f'out_{placed}']
    pictures = draws.pictures(expected.shape[1])
    assert torch.equal(draws.occluded(pictures, '', f'centers_{placed}'), expected)


def test_targets_of_sspcm():
    golden = {
        key: torch.from_numpy(value)
        for key, value in np.load(DATA / 'sspcm_correct.npz').items()
    }
    now = torch.stack([golden['now_1'], golden['now_2']])
    before = torch.stack([golden['before_1'], golden['before_2']])
    assert len(golden['chosen_pair'].unique()) == 4
    torch.testing.assert_close(
        correct_by_position(now, before), golden['corrected'], rtol=1e-6, atol=0
    )
    heatmaps, weights = PositionTargets()(torch.cat([now, before]))
    assert torch.equal(heatmaps[0], now[1]) and torch.equal(heatmaps[1], now[0])
    for student in weights:
        assert torch.equal(student, golden['score_mask'])


def golden_name(key: str) -> tuple[str, str]:
    """Split ``net0.before.bn.weight``: kind, and our name of it."""
    net, kind, layer, *rest = key.split('.')
    layers = PAST_LAYERS if net.startswith('last') else LAYERS
    return kind, '.'.join([PREFIXES[net] + layers[layer], *rest])


class GivenImages:
    """Hands out the recorded hard images, and warps the targets."""

    def __init__(self, images: torch.Tensor, theta: torch.Tensor) -> None:
        self.images, self.theta = images, theta

    def __call__(self, view):
        heatmaps = warp_students(view.heatmaps, self.theta)
        return view._replace(images=self.images, heatmaps=heatmaps)


STEPS = {
    'multiaugs_cons_step': dict(peer=None, paths=[[]] * 4),
    'multiaugs_dual_step': dict(paths=[[]] * 4),
    'sspcm_step': dict(student='same'),
    'sspcm_step_occlude': dict(student='same'),
}


@pytest.mark.parametrize('one_path_at_a_time', [False, True])
@pytest.mark.parametrize('name', STEPS)
def test_steps(name, one_path_at_a_time):
    golden = {
        key: torch.from_numpy(np.asarray(value))
        for key, value in np.load(DATA / f'{name}.npz').items()
    }
    states = {'before': {}, 'grad': {}, 'after': {}}
    for key, value in golden.items():
        if key.split('.')[0] in PREFIXES:
            kind, ours = golden_name(key)
            states[kind][ours] = value
    networks = len([key for key in golden if key.endswith('grad.conv.weight')])
    assert len(states['grad']) == 5 * networks
    settings = dict(STEPS[name], one_path_at_a_time=one_path_at_a_time)
    if 'score_threshold' in golden:
        score = golden['score_threshold'].item()
        settings['targets'] = dict(type='PositionTargets', min_score=score)
    model = MODELS.build(estimator(**settings)).train()
    assert not any(model.load_state_dict(states['before'], strict=False))
    # Paths by students by batch there, students path by path here.
    images = golden['hard_images'].flatten(0, -5)
    model.hard_pipeline = [GivenImages(images, golden['theta'].float())]
    losses = model.loss(
        dict(sup=golden['sup'], easy=golden['unsup']),
        dict(sup=list(labeled_samples(golden))),
    )
    total, _ = model.parse_losses(losses)
    total.backward()
    differences = {'loss': relative_difference(total, golden['loss'])}
    consistency = losses['loss_consistency']
    differences['loss_cons'] = relative_difference(consistency, golden['loss_cons'])
    parameters, state = dict(model.named_parameters()), model.state_dict()
    for key, value in states['grad'].items():
        differences[key] = relative_difference(parameters[key].grad, value)
    for key, value in states['after'].items():
        differences[key] = relative_difference(state[key], value)
    worst = max(differences, key=differences.get)
    print(f'{name}: largest relative difference {differences[worst]:.2e} ({worst})')
    assert differences[worst] < 1e-5


def test_recorded_hard_images_are_our_own_warps():
    golden = np.load(DATA / 'sspcm_step.npz')
    theta = torch.from_numpy(golden['theta']).float()
    ours = warp(torch.from_numpy(golden['unsup']), theta)
    for student in torch.from_numpy(golden['hard_images']):
        torch.testing.assert_close(student, ours, atol=5e-5, rtol=0)
