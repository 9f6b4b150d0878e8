"""lsp_to_coco.py: hand-computed boxes, joint order, and clear errors."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import mmpose
import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image
from scipy.io import savemat

from semi_pose.errors import UserError

SCRIPT = Path(__file__).parents[2] / 'tools' / 'dataset' / 'lsp_to_coco.py'
DATA = os.environ.get('SEMI_POSE_DATA')


@pytest.fixture(scope='module')
def tool():
    spec = importlib.util.spec_from_file_location('lsp_to_coco', SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def lsp(tmp_path):
    """Two persons of 100 x 200 px: one well inside, one at the borders."""
    joints = np.zeros((3, 14, 2))
    joints[0, :, 0] = 31 + np.arange(14)
    joints[1, :, 0] = 51 + 5 * np.arange(14)
    joints[2, 13, 0] = 1
    joints[0, :, 1] = np.linspace(0.5, 101.5, 14)
    joints[1, :, 1] = np.linspace(1.123, 150.456, 14)
    savemat(tmp_path / 'joints.mat', {'joints': joints})
    (tmp_path / 'images').mkdir()
    for number in (1, 2):
        Image.new('RGB', (100, 200)).save(tmp_path / 'images' / f'im{number:04d}.jpg')
    return tmp_path


def convert(tool, root, *args):
    tool.main([str(root), *args])
    return json.loads((root / 'annotations' / 'lsp_train.json').read_text())


def test_a_person_inside_the_image(tool, lsp):
    person = convert(tool, lsp)['annotations'][0]
    # Joints span 30 to 43 and 50 to 115: margin 0.12 * 65 = 7.8.
    assert person['bbox'] == [22.2, 42.2, 28.6, 80.6]
    assert person['area'] == pytest.approx(0.53 * 28.6 * 80.6, abs=0.005)
    assert person['num_keypoints'] == 14


def test_joints_come_in_crowdpose_order_with_occlusion(tool, lsp):
    dataset = convert(tool, lsp)
    keypoints = np.reshape(dataset['annotations'][0]['keypoints'], (14, 3))
    # x of joint i of joints.mat is 30 + i here: left shoulder 9, right ankle 0.
    assert (keypoints[:, 0] - 30).tolist() == [
        *(9, 8, 10, 7, 11, 6, 3, 2, 4, 1, 5, 0, 13, 12)
    ]
    assert keypoints[:, 2].tolist() == [2] * 12 + [1, 2]


def test_names_are_those_of_mmpose(tool, lsp):
    configs = Path(mmpose.__file__).parent / '.mim' / 'configs'
    crowdpose = Config.fromfile(configs / '_base_' / 'datasets' / 'crowdpose.py')
    info = crowdpose.dataset_info.keypoint_info
    names = [info[i]['name'] for i in range(14)]
    assert convert(tool, lsp)['categories'][0]['keypoints'] == names


def test_joints_and_box_are_clipped_to_the_image(tool, lsp):
    person = convert(tool, lsp)['annotations'][1]
    keypoints = np.reshape(person['keypoints'], (14, 3))
    assert (keypoints[:, 0].min(), keypoints[:, 0].max()) == (0, 99)
    assert (keypoints[:, 1].min(), keypoints[:, 1].max()) == (0.12, 149.46)
    # Bottom: 149.456 + 0.12 * (149.456 - 0.123) = 167.376.
    assert person['bbox'] == [0, 0, 100, 167.38]


def test_count_takes_the_first_persons(tool, lsp):
    dataset = convert(tool, lsp, '--count', '1')
    assert [image['id'] for image in dataset['images']] == [1]
    size = dict(width=100, height=200)
    assert dataset['images'][0] == dict(id=1, file_name='im0001.jpg', **size)


def test_missing_mat(tool, lsp):
    (lsp / 'joints.mat').unlink()
    with pytest.raises(UserError, match=r'joints\.mat does not exist.*--mat'):
        convert(tool, lsp)


@pytest.mark.parametrize('content', [b'', b'not MATLAB' * 100])
def test_broken_mat(tool, lsp, content):
    (lsp / 'joints.mat').write_bytes(content)
    with pytest.raises(UserError, match='is not a MATLAB file'):
        convert(tool, lsp)


def test_damaged_mat(tool, lsp):
    path = lsp / 'joints.mat'
    joints = np.random.default_rng(0).random((3, 14, 2))
    savemat(path, {'joints': joints}, do_compression=True)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UserError, match='is not a MATLAB file'):
        convert(tool, lsp)


def test_mat_without_joints(tool, lsp):
    savemat(lsp / 'joints.mat', {'points': np.zeros((3, 14, 2))})
    with pytest.raises(UserError, match="'joints'"):
        convert(tool, lsp)


def test_an_unknown_layout(tool, lsp):
    savemat(lsp / 'joints.mat', {'joints': np.zeros((16, 3, 2))})
    with pytest.raises(UserError, match=r'\(16, 3, 2\), expected \(3, 14, N\)'):
        convert(tool, lsp)


@pytest.fixture
def lspet(tmp_path):
    """joints.mat of as many people as LSP Extended has, all alike but the first."""
    joints = np.ones((14, 3, 10_000))
    joints[:, 0] = 31 + np.arange(14)[:, None]
    joints[:, 1] = 51 + 5 * np.arange(14)[:, None]
    joints[0, :, 0] = -20, -30, 0  # the right ankle of the first is not labeled
    savemat(tmp_path / 'joints.mat', {'joints': joints})
    return tmp_path


def test_lsp_extended_is_split_as_the_recipes_want_it(tool, lspet, capsys):
    (lspet / 'images').mkdir()
    Image.new('RGB', (100, 200)).save(lspet / 'one.jpg')
    for number in range(1, 10_001):
        (lspet / 'images' / f'im{number:05d}.jpg').hardlink_to(lspet / 'one.jpg')
    tool.main([str(lspet)])
    sets = {
        name: json.loads((lspet / 'annotations' / f'lspet_{name}.json').read_text())
        for name in ('labeled', 'val', 'test', 'pool_boxes')
    }
    ids = {
        name: [one['image_id'] for one in found['annotations']]
        for name, found in sets.items()
    }
    assert {name: len(set(found)) for name, found in ids.items()} == dict(
        labeled=1000, val=500, test=500, pool_boxes=9000
    )
    assert ids['pool_boxes'][:1000] == ids['labeled']
    assert not set(ids['val'] + ids['test']) & set(ids['pool_boxes'])
    assert 'keypoints' not in sets['pool_boxes']['annotations'][0]
    assert (
        sets['val']['images'][0]['file_name'] == f'im{ids["val"][0] % 100000:05d}.jpg'
    )
    assert 'configs/lspet/efflite0_lspet500_single.py' in capsys.readouterr().out


def test_joints_of_lsp_extended_without_a_label_are_left_out(tool, lspet):
    joints, extended = tool.read_joints(lspet / 'joints.mat')
    assert extended
    person = tool.make_annotation(100_001, joints[0], (100, 200))
    assert person['num_keypoints'] == 13
    assert person['keypoints'][33:36] == [0, 0, 0]
    # The labeled joints span 31 to 43 and 55 to 115: margin 0.12 * 60 = 7.2.
    assert person['bbox'] == [23.8, 47.8, 26.4, 74.4]


def test_the_split_needs_all_of_lsp_extended(tool, lspet):
    with pytest.raises(UserError, match='needs all 10000 people'):
        tool.main([str(lspet), '--count', '1000'])


def test_missing_image(tool, lsp):
    (lsp / 'images' / 'im0002.jpg').unlink()
    with pytest.raises(UserError, match=r'lacks 1 of 2 images, the first im0002\.jpg'):
        convert(tool, lsp)


def test_image_that_does_not_decode(tool, lsp):
    (lsp / 'images' / 'im0002.jpg').write_bytes(b'no picture')
    with pytest.raises(UserError, match=r'im0002\.jpg is not a readable image'):
        convert(tool, lsp)


@pytest.mark.parametrize('count', ['0', '3'])
def test_count_out_of_range(tool, lsp, count):
    with pytest.raises(UserError, match='--count must be 1 to 2'):
        convert(tool, lsp, '--count', count)


def test_command_line_says_what_next(lsp):
    done = subprocess.run(
        [sys.executable, SCRIPT, lsp], capture_output=True, text=True, check=True
    )
    assert f'Wrote 2 persons to {lsp / "annotations" / "lsp_train.json"}' in done.stdout
    assert 'Next: python tools/train.py configs/lsp/' in done.stdout


def test_command_line_error_has_no_traceback(tmp_path):
    failed = subprocess.run(
        [sys.executable, SCRIPT, tmp_path], capture_output=True, text=True
    )
    assert failed.returncode == 1
    assert 'joints.mat does not exist' in failed.stderr
    assert 'Traceback' not in failed.stderr


@pytest.mark.skipif(not DATA, reason='SEMI_POSE_DATA names no folder with lsp/')
def test_the_real_annotations_are_reproduced(tool, tmp_path):
    root = Path(DATA) / 'lsp'
    tool.main([str(root), '--out', str(tmp_path)])
    expected = json.loads((root / 'annotations' / 'lsp_train.json').read_text())
    assert json.loads((tmp_path / 'lsp_train.json').read_text()) == expected
