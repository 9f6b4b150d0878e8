"""Mistakes of the user: one message that names file and remedy, status 1."""

import json
import sys
from pathlib import Path
from shutil import copyfile, copytree
from urllib.error import URLError

import cv2
import numpy as np
import pytest
import torch

from .conftest import ROOT, TOOLS, start

TRAIN = 'annotations/person_keypoints_train2017.json'
VAL = 'annotations/person_keypoints_val2017.json'


@pytest.fixture
def people(synthetic_coco, tmp_path) -> Path:
    """A data set to spoil."""
    return copytree(synthetic_coco, tmp_path / 'people')


@pytest.fixture
def fails(tool, tiny_config, people, tmp_path, capsys):
    """Run a tool that ends with status 1; returns the message."""

    def call(*options, name='train.py', config=tiny_config, root=people, status=1):
        where = ('--data-root', root) if root else ()
        with pytest.raises(SystemExit) as end:
            tool(name, config, *options, *where, '--work-dir', tmp_path / 'run')
        assert end.value.code == status
        return capsys.readouterr().err

    return call


def edit(path: Path, change) -> None:
    coco = json.loads(path.read_text())
    change(coco)
    path.write_text(json.dumps(coco))


def test_the_command_without_coco(tiny_config, tmp_path):
    command = [sys.executable, TOOLS / 'train.py', tiny_config]
    process = start(*command, '--data-root', tmp_path / 'coco')
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert 'Traceback' not in output
    assert output.count('error: ') == 1
    for words in (tmp_path / 'coco' / TRAIN, 'https://cocodataset.org/#download'):
        assert str(words) in output
    assert '`make demo`' in output


def test_no_folder_of_images(fails, people):
    (people / 'val2017').rename(people / 'val')
    assert f'Cannot read {people / "val2017"}' in fails()


@pytest.mark.parametrize('name', [TRAIN, VAL])
def test_json_cut_short(fails, people, name):
    text = (people / name).read_text()
    (people / name).write_text(text[:1000])
    message = fails()
    assert f'{people / name} is not valid JSON' in message
    assert 'download or write it again' in message


@pytest.mark.parametrize('name', [TRAIN, VAL])
def test_no_keypoints(fails, people, name):
    def drop(coco):
        for annotation in coco['annotations']:
            del annotation['keypoints'], annotation['num_keypoints']

    edit(people / name, drop)
    message = fails(
        '--cfg-options', 'train_dataloader.dataset.unlabeled.only_annotated=0'
    )
    assert str(people / name) in message
    assert 'person with keypoints' in message


def test_no_people_at_all(fails, people):
    edit(people / TRAIN, lambda coco: coco.update(annotations=[]))
    message = fails()
    assert 'set is empty' in message
    assert str(people / TRAIN) in message


def test_no_unlabeled_people(fails, people):
    other = people / 'annotations' / 'other.json'
    copyfile(people / TRAIN, other)
    edit(other, lambda coco: coco.update(annotations=[]))
    key = 'train_dataloader.dataset.unlabeled.ann_file'
    message = fails('--cfg-options', f'{key}=annotations/other.json')
    assert 'The unlabeled set is empty' in message
    assert str(other) in message


def test_another_number_of_joints(fails, people):
    message = fails('--cfg-options', 'model.head.out_channels=14')
    assert 'has 17 joints, but the head of network 1 predicts 14' in message


def test_a_file_of_another_number_of_joints(fails, people):
    def shorten(coco):
        for annotation in coco['annotations']:
            annotation['keypoints'] = annotation['keypoints'][: 3 * 14]

    edit(people / TRAIN, shorten)
    message = fails()
    assert str(people / TRAIN) in message
    assert '14' in message and '17' in message


def test_a_validation_image_that_does_not_decode(fails, people):
    broken = people / 'val2017' / '000001000001.jpg'
    broken.write_bytes(b'no picture')
    message = fails('--cfg-options', 'train_dataloader.dataset.unlabeled.indices=8')
    assert f'1 validation picture cannot be read: {broken} is no picture' in message
    assert not list(people.parent.rglob('*.pth'))  # at the start, not after an epoch


def test_a_test_image_that_does_not_decode(fails, people, resumed):
    broken = people / 'val2017' / '000001000001.jpg'
    broken.write_bytes(b'no picture')
    message = fails(resumed[0] / 'epoch_2.pth', name='test.py')
    assert f'1 test picture cannot be read: {broken} is no picture' in message


def test_a_test_image_of_another_size(printed_by, people, resumed, tiny_config):
    small = people / 'val2017' / '000001000001.jpg'
    height, width = cv2.imread(str(small)).shape[:2]
    cv2.imwrite(str(small), np.zeros((20, 30, 3), np.uint8))
    options = tiny_config, resumed[0] / 'epoch_2.pth', '--data-root', people
    said = printed_by('test.py', *options, '--work-dir', people / 'run')
    assert f'1 test picture of 8: {small} has 30x20 pixels' in said
    assert f'the annotation file says {width}x{height}' in said


def test_weights_that_cannot_be_downloaded(fails, monkeypatch, tmp_path):
    def offline(*args, **kwargs):
        raise URLError('Name or service not known')

    monkeypatch.setattr(torch.hub, 'urlopen', offline)
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    init = "{'type':'Pretrained','checkpoint':'torchvision://resnet18'}"
    config = tmp_path / 'pretrained.py'
    base = ROOT / 'configs/semi/res18_coco1k_dual.py'
    config.write_text(
        f"_base_ = '{base}'\nmodel = dict(backbone=dict(init_cfg={init}))\n"
        'train_dataloader = dict(num_workers=0, persistent_workers=False, '
        'dataset=dict(labeled=dict(indices=8)))\n'
        'val_dataloader = dict(num_workers=0, persistent_workers=False)\n'
    )
    message = fails(config=config)
    assert 'https://download.pytorch.org/models/resnet18-' in message
    assert str(tmp_path / 'hub' / 'checkpoints') in message
    assert '--cfg-options model.backbone.init_cfg=None' in message


def test_no_such_config(fails):
    assert 'Cannot read the config none.py' in fails(config='none.py')


def test_options_that_do_not_fit(fails, tmp_path):
    config = tmp_path / 'none.py'
    config.write_text("_base_ = '%s'\n" % (ROOT / 'configs/lsp/efflite0_lsp20_dual.py'))
    message = fails('--auto-scale-lr', config=config)
    assert 'auto_scale_lr' in message
    assert str(config) in message


def test_no_such_checkpoint(fails):
    for name, option in (('train.py', ['--resume']), ('test.py', [])):
        message = fails(*option, 'none.pth', name=name)
        assert 'Checkpoint none.pth does not exist' in message


def test_a_checkpoint_cut_short(fails, resumed, tmp_path):
    whole = (resumed[0] / 'epoch_2.pth').read_bytes()
    short = tmp_path / 'short.pth'
    short.write_bytes(whole[: len(whole) // 2])
    message = fails(short, name='test.py')
    assert f'Checkpoint {short} cannot be read' in message


@pytest.mark.parametrize(
    ('option', 'why'),
    [
        ('model.head.in_channels=64 model.head.deconv_out_channels=[8,8,16]', 'shape'),
        ('model.backbone.depth=34', 'weights are missing, first backbone.'),
    ],
)
def test_a_checkpoint_of_another_model(fails, resumed, option, why):
    checkpoint = resumed[0] / 'epoch_2.pth'
    message = fails(checkpoint, '--cfg-options', *option.split(), name='test.py')
    assert f'Checkpoint {checkpoint} is of another model than the config' in message
    assert why in message


def test_a_second_network_where_there_is_one(fails, resumed):
    single = ('--cfg-options', 'model.peer=None')
    message = fails(
        resumed[0] / 'epoch_2.pth', '--network', 'ensemble', *single, name='test.py'
    )
    assert "The model has no network 'ensemble', only net1" in message


def test_a_launcher_without_processes(fails, monkeypatch):
    monkeypatch.delenv('RANK', raising=False)
    assert 'bash tools/dist_train.sh' in fails('--launcher', 'pytorch')


@pytest.mark.skipif(torch.cuda.is_available(), reason='about machines without a GPU')
def test_mixed_precision_without_a_gpu(fails):
    assert '--amp needs a GPU' in fails('--amp')


def test_ctrl_c_says_how_to_go_on(fails, monkeypatch):
    def interrupt(self):
        raise KeyboardInterrupt

    monkeypatch.setattr('mmengine.runner.Runner.train', interrupt)
    message = fails(status=130)
    assert '--resume to continue from the last checkpoint' in message
    assert 'Traceback' not in message


def test_an_option_without_a_value(fails, capsys):
    assert 'KEY=VALUE' in fails('--cfg-options', 'train_cfg.max_epochs', status=2)
