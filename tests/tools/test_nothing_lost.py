"""train.py killed again and again, on a full disk, and started twice."""

import random
import resource
import subprocess
import time

import pytest
import torch

from semi_pose.runs import newest_checkpoint

from ..helpers.training import start, write_config

KILLS = 20


def wait_until(is_true, process, seconds=120):
    end = time.monotonic() + seconds
    while not is_true() and process.is_alive():
        assert time.monotonic() < end
        time.sleep(0.01)


def end(process, status=0, seconds=240):
    process.join(seconds)
    assert process.exitcode == status


def step_of(checkpoint):
    return torch.load(checkpoint, weights_only=True)['meta']['iter']


def lines(work_dir):
    logs = work_dir.glob('*/vis_data/scalars.json')
    return sum(len(path.read_text().splitlines()) for path in logs)


@pytest.mark.slow
def test_20_kills_lose_no_checkpoint_and_change_no_weight(synthetic_coco, tmp_path):
    draws = random.Random(0)
    work_dir, output = tmp_path / 'run', tmp_path / 'output'
    config = write_config(tmp_path / 'config.py', synthetic_coco, work_dir, 16)
    command = (config, '--work-dir', work_dir, '--resume')
    done, in_writing = [0], 0
    for _ in range(KILLS):
        before = lines(work_dir)
        process = start(output, *command)
        wait_until(lambda before=before: lines(work_dir) > before, process)
        time.sleep(draws.uniform(0, 1))
        process.kill()
        process.join()
        in_writing += len(list(work_dir.glob('*.partial')))
        last = work_dir / 'last_checkpoint'
        named = last.read_text() if last.exists() else None
        path, torn = newest_checkpoint(work_dir)
        assert not torn and named in (path, None)
        done.append(step_of(path) if path else 0)
    assert done == sorted(done)
    assert in_writing > 0
    print(f'steps saved at each kill: {done}; {in_writing} kills in mid-write')

    total = done[-1] + 2
    options = ('--cfg-options', f'train_cfg.max_iters={total}')
    end(start(output, *command, *options))
    files = {path.name for path in work_dir.iterdir() if path.is_file()}
    assert files == {f'iter_{total}.pth', 'last_checkpoint', '.lock', config.name}

    whole = tmp_path / 'whole'
    end(start(output, config, '--work-dir', whole, *options))
    killed, unkilled = (
        torch.load(newest_checkpoint(folder)[0], weights_only=True)['state_dict']
        for folder in (work_dir, whole)
    )
    assert all(torch.equal(killed[name], unkilled[name]) for name in unkilled)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 12 MB."""
    folder = tmp_path / 'disk'
    folder.mkdir()
    mount = ['mount', '-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f'cannot mount a tmpfs here: {done.stderr.strip()}')
    yield folder
    subprocess.run(['umount', str(folder)], check=True)


def test_a_full_disk_keeps_the_last_checkpoint(small_disk, synthetic_coco, tmp_path):
    work_dir, output = small_disk / 'run', tmp_path / 'output'
    config = write_config(tmp_path / 'config.py', synthetic_coco, work_dir, 4)
    keep = 'default_hooks.checkpoint.max_keep_ckpts=-1'
    command = (config, '--work-dir', work_dir, '--resume', '--cfg-options', keep)
    end(start(output, *command), status=1)
    said = output.read_text()
    assert said.count('error: ') == 1
    assert 'Traceback' not in said
    error = said.rsplit('error: ')[-1]
    assert f'Cannot write {work_dir}/iter_3.pth: No space left on device' in error
    assert f'{work_dir}/iter_2.pth is whole' in error and '--resume' in error
    assert not list(work_dir.glob('*.partial'))
    assert (work_dir / 'last_checkpoint').read_text() == f'{work_dir}/iter_2.pth'

    subprocess.run(['mount', '-o', 'remount,size=60m', str(small_disk)], check=True)
    end(start(output, *command, 'train_cfg.max_iters=4'))
    assert step_of(newest_checkpoint(work_dir)[0]) == 4


def limit_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))


def test_a_file_too_large_for_its_quota_is_one_message(synthetic_coco, tmp_path):
    work_dir, output = tmp_path / 'run', tmp_path / 'output'
    config = write_config(tmp_path / 'config.py', synthetic_coco, work_dir, 4)
    end(start(output, config, '--work-dir', work_dir, before=limit_files), status=1)
    error = output.read_text().split('error: ')[-1]
    assert f'Cannot write {work_dir}/iter_1.pth: File too large' in error
    assert 'There is no checkpoint yet' in error
    assert not list(work_dir.glob('*.p*th*'))


def test_the_second_run_in_a_work_dir_is_refused(synthetic_coco, tmp_path):
    work_dir = tmp_path / 'run'
    config = write_config(tmp_path / 'config.py', synthetic_coco, work_dir, 1)
    first = start(tmp_path / 'first', config, '--work-dir', work_dir)
    wait_until(lambda: lines(work_dir) > 0, first)
    end(start(tmp_path / 'second', config, '--work-dir', work_dir), status=1)
    said = (tmp_path / 'second').read_text()
    assert said.count('error: ') == 1
    assert f'Another run (process {first.pid} on ' in said
    assert 'name another --work-dir' in said
    assert first.is_alive()
    first.kill()
    first.join()
    last = ('--cfg-options', 'train_cfg.max_iters=1')
    end(start(tmp_path / 'third', config, '--work-dir', work_dir, *last))


def test_a_torn_checkpoint_is_left_out_with_one_warning(synthetic_coco, tmp_path):
    work_dir, output = tmp_path / 'run', tmp_path / 'output'
    config = write_config(tmp_path / 'config.py', synthetic_coco, work_dir, 1)
    command = (config, '--work-dir', work_dir, '--resume', '--cfg-options')
    command += ('default_hooks.checkpoint.max_keep_ckpts=2',)
    end(start(output, *command, 'train_cfg.max_iters=3'))
    torn, good = work_dir / 'iter_3.pth', work_dir / 'iter_2.pth'
    torn.write_bytes(torn.read_bytes()[:100_000])
    end(start(output, *command, 'train_cfg.max_iters=4'))
    said = output.read_text()
    assert said.count(f'{torn} cannot be read: going on from {good}.') == 1
    assert step_of(work_dir / 'iter_4.pth') == 4

    for path in work_dir.glob('*.pth'):
        path.write_bytes(b'torn')
    end(start(output, *command, 'train_cfg.max_iters=5'), status=1)
    assert f'No checkpoint in {work_dir} is whole' in output.read_text()
