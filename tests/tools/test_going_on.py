"""train.py --resume: moved work dirs, finished runs, other settings, a bad loss."""

import re
import shlex
from shutil import copytree, move

import pytest
import torch

from ..helpers.runs import build_runner, run_config

EVERY_STEP = dict(checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=1))


def schedule(gamma):
    """A warm-up over 4 steps, and a fall after the second."""
    fall = dict(type='MultiStepLR', milestones=[2], gamma=gamma, end=100)
    warm = dict(type='LinearLR', start_factor=0.2, end=5)
    return [dict(one, by_epoch=False) for one in (warm, fall)]


@pytest.fixture(scope='module')
def begun(synthetic_coco, tmp_path_factory):
    """A run of 2 steps."""
    folder = tmp_path_factory.mktemp('begun') / 'run'
    runner = build_runner(
        synthetic_coco,
        folder,
        train_cfg=dict(by_epoch=False, max_iters=2, val_interval=100),
        default_hooks=EVERY_STEP,
        param_scheduler=schedule(0.1),
    )
    runner.train()
    return folder


@pytest.fixture
def train(tool, begun, synthetic_coco, tmp_path, capsys):
    """Run train.py in a copy of the work dir, and return what it prints."""
    copytree(begun, tmp_path / 'run')

    def call(*options, folder='run', steps=3, status=None, **changes):
        stock = dict(param_scheduler=schedule(0.1), default_hooks=EVERY_STEP)
        cfg = run_config(synthetic_coco, tmp_path, **(stock | changes))
        cfg.train_cfg = dict(by_epoch=False, max_iters=steps, val_interval=100)
        cfg.dump(tmp_path / 'config.py')
        command = ['train.py', tmp_path / 'config.py', '--no-validate']
        command += ['--work-dir', tmp_path / folder, *options]
        if status is None:
            tool(*command)
        else:
            with pytest.raises(SystemExit) as end:
                tool(*command)
            assert end.value.code == status
        said = capsys.readouterr()
        return said.out + said.err

    return call


def saved(path):
    return torch.load(path, weights_only=True)


def rate(path):
    (group,) = saved(path)['optimizer']['param_groups']
    return group['lr']


def test_a_copied_work_dir_goes_on_from_its_own_checkpoint(train, begun, tmp_path):
    assert str(begun) in (tmp_path / 'run/last_checkpoint').read_text()
    said = train('--resume')
    assert f'Load checkpoint from {tmp_path}/run/iter_2.pth' in said
    assert 'The optimizer goes on' not in said  # with the same settings
    assert saved(tmp_path / 'run/iter_3.pth')['meta']['iter'] == 3
    assert sorted(path.name for path in begun.glob('*.pth')) == [
        'iter_1.pth',
        'iter_2.pth',
    ]


def test_a_finished_run_says_so_and_does_nothing(train, tmp_path):
    move(tmp_path / 'run', tmp_path / 'moved')
    path = tmp_path / 'moved/iter_2.pth'
    train('--resume', folder='moved', steps=2)  # makes the lock
    files = sorted(tmp_path.rglob('*'))
    said = train('--resume', folder='moved', steps=2)
    assert said.strip() == (
        f'This run is finished: {path} has 2 steps; to train longer, run the same '
        'command with --cfg-options train_cfg.max_iters=4.'
    )
    assert sorted(tmp_path.rglob('*')) == files
    train('--resume', *re.findall(r'--cfg-options \S+(?=\.)', said)[0].split())
    assert (tmp_path / 'run/iter_4.pth').exists()


def test_other_settings_are_told_and_can_be_taken(train, tmp_path):
    changes = dict(param_scheduler=schedule(0.5))
    changes['optim_wrapper'] = dict(optimizer=dict(type='Adam', lr=1e-5))
    said = train('--resume', **changes)
    (told,) = re.findall(r'The optimizer goes on .*', said)
    assert f'{tmp_path}/run/iter_2.pth, not with those of the config' in told
    assert 'lr 0.001 (config: 1e-05), param_scheduler. For those of the config' in told
    assert 'run the same command with --reset-optimizer' in told
    assert rate(tmp_path / 'run/iter_3.pth') == pytest.approx(1e-3 * 0.8 * 0.1)

    said = train('--resume', '--reset-optimizer', steps=4, **changes)
    assert f'Load checkpoint from {tmp_path}/run/iter_3.pth' in said
    assert 'The optimizer goes on' not in said
    assert rate(tmp_path / 'run/iter_4.pth') == pytest.approx(1e-5 * 0.5)


def test_another_optimizer_is_refused_or_starts_anew(train, tmp_path):
    other = dict(optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9)))
    said = train('--resume', status=1, **other)
    assert 'run/iter_2.pth was trained with another kind of optimizer' in said
    train('--resume', '--reset-optimizer', **other)
    state = saved(tmp_path / 'run/iter_3.pth')['optimizer']
    assert state['param_groups'][0]['momentum'] == 0.9
    assert rate(tmp_path / 'run/iter_3.pth') == pytest.approx(0.1 * 0.8 * 0.1)


def test_after_a_bad_loss_both_ways_that_it_names_work(train, tmp_path):
    settings = dict(
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=100)),
        default_hooks=dict(checkpoint=dict(EVERY_STEP['checkpoint'], interval=100)),
        param_scheduler=None,
        steps=10,
    )
    options = '--resume', '--reset-optimizer'
    said = train(*options, status=1, **settings)
    assert said.count('error: ') == 1 and 'Traceback' not in said
    error = said.split('error: ')[1]
    assert re.match(r'The loss is not finite at step [4-9]: net\d.loss_kpt', error)
    assert f'The last checkpoint is {tmp_path}/run/iter_2.pth.' in error
    ways = re.findall(r'`(--resume .*?)`', error)
    assert len(ways) == 2
    for number, way in enumerate(ways):
        copytree(tmp_path / 'run', tmp_path / f'copy{number}')
        train(*options, *shlex.split(way), folder=f'copy{number}', **settings)
        weights = saved(tmp_path / f'copy{number}/iter_10.pth')['state_dict'].values()
        assert all(one.isfinite().all() for one in weights)
