"""export_network.py: files for MMPose and ONNX Runtime."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmpose.registry import MODELS

from semi_pose.models.members import member_heatmaps
from semi_pose.recipes.reading import read_config
from tests.helpers.packages import is_installed

# An environment with MMPose alone: compiled ops are not called.
ALONE = """
import sys, types
ops = types.ModuleType('mmcv._ext')
ops.__getattr__ = lambda name: None
sys.modules['mmcv._ext'] = ops
from mmpose.apis import MMPoseInferencer
del sys.modules['mmcv._ext']
files = {config!r}, {checkpoint!r}
run = MMPoseInferencer(*files, det_model='whole_image', device='cpu')
(person,) = next(run({picture!r}, vis_out_dir={shown!r}))['predictions'][0]
assert 'semi_pose' not in sys.modules
print('joints', len(person['keypoints']))
"""


@pytest.fixture(scope='module')
def checkpoint(tiny_config, tmp_path_factory) -> Path:
    """Random weights whose run found network 2 better."""
    path = tmp_path_factory.mktemp('random') / 'tiny.pth'
    model = MODELS.build(read_config(str(tiny_config)).model)
    model.init_weights()
    history = {f'val/net{i}/coco/AP': HistoryBuffer([i / 10], [1]) for i in (1, 2)}
    history['val/coco/AP'] = HistoryBuffer([0.1], [1])
    hub = dict(log_scalars=history)
    torch.save(dict(state_dict=model.state_dict(), message_hub=hub), path)
    return path


@pytest.fixture
def export(tool, tiny_config, checkpoint, tmp_path, capsys):
    """Run the tool; returns what it prints."""

    def call(*options):
        tool('model/export_network.py', tiny_config, checkpoint, *options)
        return capsys.readouterr().out

    return call


def test_the_best_network_as_onnx(export, tiny_config, checkpoint):
    onnxruntime = pytest.importorskip('onnxruntime')
    printed = export('--network', 'best', '--onnx')
    assert 'Best of net1, net2: net2, coco/AP 0.2000' in printed
    path = Path(re.search(r'ONNX: +(\S+)', printed)[1])
    assert path.parent == checkpoint.parent / 'exported'
    assert f'({path.stat().st_size / 1e6:.1f} MB), images (B, 3, 256, 192)' in printed
    model = MODELS.build(read_config(str(tiny_config)).model).eval()
    model.load_state_dict(torch.load(checkpoint, weights_only=True)['state_dict'])
    session = onnxruntime.InferenceSession(str(path))
    for size in (1, 4):
        images = torch.randn(size, 3, 256, 192)
        (found,) = session.run(['heatmaps'], dict(images=images.numpy()))
        with torch.no_grad():
            expected = member_heatmaps(model, images, ['net2'])['net2']
        np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


@pytest.mark.skipif(
    not is_installed('xtcocotools'), reason='stock MMPose needs xtcocotools'
)
def test_mmpose_runs_it_without_semi_pose(export, synthetic_coco, tmp_path):
    printed = export('--out', tmp_path)
    assert 'Not stock' not in printed and 'tools/deploy.py' in printed
    (config,), (path,) = tmp_path.glob('*.py'), tmp_path.glob('*.pth')
    assert config.name == 'tiny_dual_net1.py'
    picture = next((synthetic_coco / 'val2017').iterdir())
    names = dict(
        config=config, checkpoint=path, picture=picture, shown=tmp_path / 'shown'
    )
    code = ALONE.format(**{key: str(value) for key, value in names.items()})
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, cwd=tmp_path
    )
    assert 'joints 17' in done.stdout, done.stderr[-3000:]
    assert list((tmp_path / 'shown').rglob('*.jpg'))


def test_without_the_packages_of_onnx(export, monkeypatch, capsys):
    monkeypatch.setattr('semi_pose.export.onnx.find_spec', lambda name: None)
    with pytest.raises(SystemExit) as end:
        export('--onnx')
    assert end.value.code == 1
    message = capsys.readouterr().err
    assert '--onnx needs onnx and onnxruntime' in message
    assert "pip install 'semi_pose[onnx]'" in message


@pytest.mark.parametrize('name', ['ensemble', 'student'])
def test_what_cannot_be_exported(export, capsys, name):
    with pytest.raises(SystemExit) as end:
        export('--network', name)
    assert end.value.code == 1
    message = capsys.readouterr().err
    assert {'ensemble': 'mean of 2', 'student': 'only net1, net2'}[name] in message
