"""test.py: the networks of a dual model, drawings, files."""

import json
import re
import sys
from pathlib import Path

import cv2
import mmengine
import numpy as np
import pytest

from semi_pose.apis import inference_topdown, init_model

from .conftest import TOOLS, start


@pytest.fixture
def evaluate(tool, resumed, tiny_config, synthetic_coco, tmp_path):
    """Run test.py on the trained checkpoint; returns the metrics it writes."""

    def call(*options, checkpoint='epoch_2.pth'):
        out = tmp_path / 'metrics' / 'all.json'
        tool(
            'test.py',
            *(tiny_config, resumed[0] / checkpoint, '--data-root', synthetic_coco),
            *('--work-dir', tmp_path / 'work', '--out', out, *options),
        )
        return json.loads(out.read_text())

    return call


def validated(output):
    """Return the last validation's metrics in a training log."""
    line = [line for line in output.splitlines() if 'ensemble/coco/AP: ' in line][-1]
    pairs = re.findall(r'(\S+(?: \.\d+| \(.\))?): (-?\d+\.\d+)', line)
    return {name: float(value) for name, value in pairs}


def test_each_network_scores_as_in_validation(evaluate, resumed, capsys):
    expected = validated(resumed[2])
    for option, name in (('1', 'net1'), ('2', 'net2'), ('ensemble', 'ensemble')):
        metrics = evaluate('--network', option)
        assert f'\n{name}: coco/AP ' in capsys.readouterr().out
        for key in ('AP', 'AR', 'AR .5'):
            wanted = expected[f'{name}/coco/{key}']
            assert metrics[f'coco/{key}'] == pytest.approx(wanted, abs=1e-5)


def test_the_config_of_a_training_stays(evaluate, tiny_config, tmp_path):
    recorded = tmp_path / 'work' / Path(tiny_config).name
    recorded.parent.mkdir()
    recorded.write_text('of the training')
    evaluate('--network', 'ensemble')
    assert recorded.read_text() == 'of the training'
    (beside_log,) = recorded.parent.glob(f'*/{recorded.name}')
    assert "network='ensemble'" in beside_log.read_text()


def test_networks_and_flipping_change_the_predictions(evaluate, tmp_path):
    options = {
        'net1': ['--network', '1'],
        'net2': ['--network', '2'],
        'both': ['--network', 'ensemble'],
        'flip': ['--network', '1', '--flip-test'],
    }
    keypoints = {}
    for name, chosen in options.items():
        evaluate(*chosen, '--dump', tmp_path / 'all.pkl')
        samples = mmengine.load(tmp_path / 'all.pkl')
        assert len(samples) == 12
        keypoints[name] = np.stack([s['pred_instances']['keypoints'] for s in samples])
    for name in ('net2', 'both', 'flip'):
        assert not np.allclose(keypoints['net1'], keypoints[name], atol=1)


@pytest.mark.parametrize('network', ['net1', 'net2', 'ensemble'])
def test_the_apis_find_the_same_joints(
    evaluate, resumed, tiny_config, synthetic_coco, network, tmp_path
):
    evaluate('--network', network, '--dump', tmp_path / 'all.pkl')
    sample = mmengine.load(tmp_path / 'all.pkl')[0]
    model = init_model(tiny_config, resumed[0] / 'epoch_2.pth', network, device='cpu')
    picture = synthetic_coco / 'val2017' / Path(sample['img_path']).name
    boxes = sample['gt_instances']['bboxes']
    (found,) = inference_topdown(model, str(picture), boxes)
    for key in ('keypoints', 'keypoint_scores'):
        expected = sample['pred_instances'][key]
        np.testing.assert_allclose(found.pred_instances[key], expected, atol=1e-4)


def test_the_command_draws_pictures_and_says_where(
    resumed, tiny_config, synthetic_coco, tmp_path
):
    command = [
        sys.executable,
        TOOLS / 'test.py',
        tiny_config,
        resumed[0] / 'epoch_2.pth',
    ]
    command += ['--data-root', synthetic_coco, '--work-dir', tmp_path / 'work']
    command += ['--network', 'ensemble', '--show-dir', tmp_path / 'shown']
    process = start(*command)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output[-3000:]
    assert f'Pictures:    {tmp_path / "shown"}\n' in output
    pictures = list((tmp_path / 'shown').iterdir())
    assert len(pictures) == 12
    original = cv2.imread(str(synthetic_coco / 'val2017' / '000001000001.jpg'))
    drawn = cv2.imread(str(tmp_path / 'shown' / '000001000001_0.jpg'))
    assert drawn.shape[1] == original.shape[1]
    assert drawn.shape[0] >= original.shape[0]
    assert np.abs(drawn[: len(original)].astype(int) - original).max() > 50
