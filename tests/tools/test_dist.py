"""dist_train.sh and dist_test.sh with two processes on the CPU."""

import json
import os
import re
import socket
import sys
from itertools import chain
from pathlib import Path

import pytest

from ..helpers.training import write_config
from .conftest import TOOLS, start


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return str(probe.getsockname()[1])


def run(*command, **environment):
    """Run a script with this Python's torchrun; returns status and output."""
    here, scripts = TOOLS.parent, Path(sys.executable).parent
    process = start(
        *('bash', *command),
        PORT=free_port(),
        PATH=f'{scripts}:{os.environ["PATH"]}',
        PYTHONPATH=f'{here}:{os.environ.get("PYTHONPATH", "")}',
        CUDA_VISIBLE_DEVICES='',
        **environment,
    )
    output, _ = process.communicate(timeout=240)
    return process.returncode, output


@pytest.fixture(scope='module')
def ranks(tiny_config, synthetic_coco, tmp_path_factory):
    """What two ranks saw and learned in 5 steps of 2 + 2 each, and the output."""
    folder = tmp_path_factory.mktemp('ranks')
    config = folder / 'config.py'
    config.write_text(
        f"_base_ = '{tiny_config}'\n"
        "custom_imports = dict(imports=['semi_pose', 'tests.helpers.rank_dump'])\n"
        'custom_hooks = _base_.custom_hooks + '
        f"[dict(type='RankDump', out_dir='{folder}')]\n"
    )
    status, output = run(
        *(TOOLS / 'dist_train.sh', config, 2, '--data-root', synthetic_coco),
        *('--work-dir', folder / 'run'),
    )
    assert status == 0, output[-3000:]
    files = sorted(folder.glob('rank*.json'))
    return [json.loads(path.read_text()) for path in files], output


def test_both_ranks_end_with_the_same_weights(ranks):
    first, second = (rank['digests'] for rank in ranks[0])
    assert len(first) > 100
    assert first == second


def test_ranks_see_different_samples(ranks):
    first, second = (rank['images'] for rank in ranks[0])
    assert [len(step) for step in first['easy']] == [2] * 5
    easy = [set(chain(*rank['easy'])) for rank in (first, second)]
    assert not easy[0] & easy[1]
    assert len(easy[0] | easy[1]) == 20
    assert first['sup'] != second['sup']


def test_one_summary_and_metrics_of_all_images(ranks):
    output = ranks[1]
    assert len(re.findall('^Checkpoints: ', output, re.MULTILINE)) == 1
    (page,) = re.findall('^Summary: +(.*)$', output, re.MULTILINE)
    assert '<h2>Accuracy</h2>' in Path(page).read_text()
    assert 'ensemble/coco/AP: ' in output


def test_dist_test_gives_one_error_for_both_ranks(tiny_config, tmp_path):
    status, output = run(TOOLS / 'dist_test.sh', tiny_config, tmp_path / 'none.pth', 2)
    assert status == 1
    assert output.count(f'error: Checkpoint {tmp_path}/none.pth does not exist') == 1
    assert 'Traceback' not in output.split('error: ')[0]


@pytest.mark.slow
def test_a_killed_rank_is_started_again_and_goes_on(synthetic_coco, tmp_path):
    work_dir = tmp_path / 'run'
    hooks = [dict(type='KillRank', step=4)]
    config = write_config(tmp_path / 'config.py', synthetic_coco, work_dir, hooks=hooks)
    command = (TOOLS / 'dist_train.sh', config, 2, '--resume', '--work-dir', work_dir)
    steps = ('--cfg-options', 'train_cfg.max_iters=6', 'train_cfg.val_interval=6')
    status, output = run(*command, *steps, MAX_RESTARTS='1')
    assert status == 0, output[-3000:]
    assert 'exitcode: -9' in output
    (resumed,) = re.findall(r'resumed epoch: 0, iter: (\d+)', output)
    assert int(resumed) in (3, 4)  # whether rank 0 had saved before it was ended
    assert 'Iter(train) [6/6]' in output
    assert (work_dir / 'iter_6.pth').exists()
