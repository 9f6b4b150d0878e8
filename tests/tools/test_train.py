"""train.py: resuming, reports, options, broken images."""

import re
import runpy
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import cv2
import mmpose
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpose.apis import MMPoseInferencer, inference_topdown, init_model

from semi_pose.engine.optim_wrappers import has_fast_bf16

from .conftest import TOOLS


def steps(output):
    return [
        (int(epoch), int(step))
        for epoch, step in re.findall(
            r'Epoch\(train\) +\[(\d+)\]\[ *(\d+)/10\]', output
        )
    ]


def test_a_killed_run_goes_on_where_its_checkpoint_was(resumed):
    work_dir, killed, output = resumed
    assert steps(killed) == [(1, step) for step in range(1, 11)] + [
        (2, 1),
        (2, 2),
        (2, 3),
    ]
    assert steps(output) == [(2, step) for step in range(1, 11)], output[-3000:]
    first, last = (
        torch.load(work_dir / f'epoch_{n}.pth', weights_only=True) for n in (1, 2)
    )
    assert (first['meta']['iter'], last['meta']['iter']) == (10, 20)
    names = [name for name in first['state_dict'] if name.endswith('conv1.weight')]
    assert len(names) > 2
    for name in names:
        assert not torch.equal(first['state_dict'][name], last['state_dict'][name])


def test_it_validates_every_network_and_says_what_is_next(resumed, tiny_config):
    work_dir, _, output = resumed
    for name in ('coco/AP', 'net1/coco/AP', 'net2/coco/AP', 'ensemble/coco/AP'):
        assert f' {name}: ' in output
    assert f'Checkpoints: {work_dir}\n' in output
    assert f'Summary:     {work_dir}/summary.html\n' in output
    assert '<h2>Accuracy</h2>' in (work_dir / 'summary.html').read_text()
    assert re.search(rf'Logs: +{work_dir}/\d+_\d+\n', output)
    assert re.search(rf'python tools/test.py {tiny_config} {work_dir}/\S+\.pth', output)


def test_mmpose_runs_the_checkpoint_under_its_own_config(
    resumed, stock_config, synthetic_coco, tmp_path
):
    checkpoint = str(resumed[0] / 'epoch_2.pth')
    image = str(next(iter(sorted((synthetic_coco / 'val2017').iterdir()))))
    model = init_model(str(stock_config), checkpoint, device='cpu')
    state = torch.load(checkpoint, weights_only=True)['state_dict']
    for name, value in model.state_dict().items():
        assert torch.equal(value, state[name]), name
    (sample,) = inference_topdown(model, image)
    assert sample.pred_instances.keypoints.shape == (1, 17, 2)

    inferencer = MMPoseInferencer(
        pose2d=str(stock_config),
        pose2d_weights=checkpoint,
        det_model='whole_image',
        device='cpu',
    )
    result = next(inferencer(image, out_dir=str(tmp_path)))
    keypoints = result['predictions'][0][0]['keypoints']
    np.testing.assert_allclose(keypoints, sample.pred_instances.keypoints[0], atol=1e-3)
    assert list((tmp_path / 'visualizations').iterdir())


def test_a_broken_image_is_named_and_counted(
    tool, tiny_config, synthetic_coco, tmp_path
):
    root = copytree(synthetic_coco, tmp_path / 'people')
    (root / 'train2017' / '000000000001.jpg').write_bytes(b'\xff\xd8 no picture')
    tool(
        'train.py',
        *(tiny_config, '--data-root', root, '--work-dir', tmp_path / 'run'),
        *('--no-validate', '--no-summary'),
    )
    assert not (tmp_path / 'run' / 'summary.html').exists()
    (log,) = (tmp_path / 'run').rglob('*.log')
    said = log.read_text()
    assert re.search(r'Skipped \S+/000000000001\.jpg', said)
    assert '1 image could not be read' in said
    assert (tmp_path / 'run' / 'epoch_1.pth').exists()
    assert 'Iter(val)' not in said and 'Epoch(val)' not in said


def test_options_reach_the_config(
    tool, tiny_config, synthetic_coco, tmp_path, monkeypatch
):
    configs = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr('mmengine.runner.Runner.from_cfg', stop_with(configs))
    with pytest.raises(Stop):
        tool(
            'train.py',
            *(tiny_config, '--data-root', synthetic_coco, '--auto-scale-lr'),
            *('--resume', __file__, '--show-dir', 'drawn', '--interval', 3),
            *('--cfg-options', 'train_cfg.max_epochs=7', 'model.head.in_channels=5'),
        )
    (cfg,) = configs
    assert cfg.work_dir == './work_dirs/tiny_dual'
    assert cfg.auto_scale_lr == dict(enable=True, base_batch_size=32)
    assert (cfg.resume, cfg.load_from) == (True, __file__)
    assert cfg.default_hooks.visualization.interval == 3
    assert cfg.default_hooks.visualization.enable
    assert (cfg.train_cfg.max_epochs, cfg.model.head.in_channels) == (7, 5)
    unlabeled = cfg.train_dataloader.dataset.unlabeled
    assert unlabeled.data_root == str(synthetic_coco)


class Stop(Exception):
    pass


def stop_with(configs):
    def from_cfg(cfg: Config):
        configs.append(cfg)
        raise Stop

    return from_cfg


def test_help_is_quick_and_shows_an_example():
    command = [sys.executable, '-X', 'importtime', str(TOOLS / 'train.py'), '--help']
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 'example:\n  python tools/train.py configs/' in done.stdout
    assert '--data-root' in done.stdout
    assert not re.search(r'\| torch\n', done.stderr)


@pytest.mark.parametrize('phase', ['train', 'val'])
def test_mmpose_browses_the_data_sets(phase, synthetic_coco, tmp_path, monkeypatch):
    script = Path(mmpose.__file__).parent / '.mim/tools/misc/browse_dataset.py'
    config = TOOLS.parent / 'configs/semi/res18_coco1k_supervised.py'
    options = [config, '--phase', phase, '--not-show', '--output-dir', tmp_path]
    options += ['--max-item-per-dataset', 3, '--cfg-options']
    options += [f'{phase}_dataloader.dataset.data_root={synthetic_coco}']
    options += [f'{phase}_dataloader.dataset.indices=8']
    monkeypatch.setattr(sys, 'argv', ['browse_dataset.py', *map(str, options)])
    runpy.run_path(str(script), run_name='__main__')
    pictures = [cv2.imread(str(path)) for path in tmp_path.iterdir()]
    assert len(pictures) == 3
    # The crops of 192x256 with the heatmaps beside or below them.
    assert all(picture.shape[0] >= 256 and picture.std() > 0 for picture in pictures)


def test_it_trains_in_bfloat16_and_channels_last(
    tool, tiny_config, synthetic_coco, tmp_path, capsys
):
    options = ['--amp', 'bf16', '--channels-last', '--no-validate']
    options += ['--data-root', synthetic_coco, '--work-dir', tmp_path]
    tool('train.py', tiny_config, *options)
    cfg = Config.fromfile(tmp_path / tiny_config.name)
    assert cfg.optim_wrapper.type == 'Bf16OptimWrapper'
    assert ('emulates bfloat16' in capsys.readouterr().out) is not has_fast_bf16()
    assert cfg.custom_hooks[-1] == dict(type='ChannelsLast')
    checkpoint = torch.load(tmp_path / 'epoch_1.pth', weights_only=True)
    weight = checkpoint['state_dict']['backbone.conv1.weight']
    assert weight.dtype == torch.float32
    assert weight.isfinite().all()


@pytest.mark.skipif(torch.cuda.is_available(), reason='about machines without a GPU')
def test_cuda_graphs_need_a_gpu(printed_by, tiny_config, synthetic_coco, tmp_path):
    options = ['--cuda-graphs', '--data-root', synthetic_coco, '--work-dir', tmp_path]
    error = printed_by('train.py', tiny_config, *options, status=1)
    assert 'use a GPU, or train without them' in error
