"""slurm_train.sh on a cluster of this machine alone, with two processes on the CPU."""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import torch

from semi_pose.runs import newest_checkpoint

from ..helpers.slurm_cluster import missing, slurm_cluster
from ..helpers.training import write_config
from .conftest import TOOLS

STEPS = 60
TRAIN = f'bash {TOOLS}/slurm_train.sh low tiny'
# Slurm's part of the recipe in docs/performance.md.
JOB = """#!/bin/bash
{train} {config} {work_dir} --resume
status=$?
echo "start ${{SLURM_RESTART_COUNT:-0}} ends with status $status"
[ $status = 75 ] && scontrol requeue "$SLURM_JOB_ID"
exit $status
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=f'not installed: {missing()}'),
]


@pytest.fixture(scope='module')
def cluster():
    """The environment of a cluster's users."""
    with ExitStack() as exits:
        # A short path, since sockets lie there.
        folder = exits.enter_context(tempfile.TemporaryDirectory(prefix='slurm'))
        environment = exits.enter_context(slurm_cluster(Path(folder)))
        yield environment | dict(
            PATH=f'{Path(sys.executable).parent}:{environment["PATH"]}',
            PYTHONPATH=f'{TOOLS.parent}:{os.environ.get("PYTHONPATH", "")}',
            CUDA_VISIBLE_DEVICES='',
            OMP_NUM_THREADS='1',
            GPUS='2',
            GPUS_PER_NODE='2',
            CPUS_PER_TASK='1',
            GRES='',
        )


def run(command, cluster):
    done = subprocess.run(
        command.split(),
        env=cluster,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=400,
    )
    return done.returncode, done.stdout


@pytest.fixture(scope='module')
def whole(cluster, synthetic_coco, tmp_path_factory):
    """A run that nothing disturbs: its folder, and what it prints."""
    folder = tmp_path_factory.mktemp('whole')
    hooks = [dict(type='SyncBuffersHook')]
    hooks.append(dict(type='RankDump', out_dir=str(folder)))
    config = write_config(
        folder / 'config.py', synthetic_coco, folder / 'run', hooks=hooks
    )
    steps = f'--cfg-options train_cfg.max_iters={STEPS} train_cfg.val_interval={STEPS}'
    status, output = run(f'{TRAIN} {config} {folder}/run {steps}', cluster)
    assert status == 0, output[-3000:]
    return folder, output


def test_both_ranks_end_with_the_same_weights_and_one_summary(whole):
    folder, output = whole
    first, second = (
        json.loads((folder / f'rank{rank}.json').read_text()) for rank in (0, 1)
    )
    assert first['digests'] == second['digests']
    assert not set(map(str, first['images']['easy'])) & set(
        map(str, second['images']['easy'])
    )
    assert output.count('Checkpoints: ') == 1


def test_a_mistake_is_one_message_and_status_1(cluster, whole, tmp_path):
    config = whole[0] / 'config.py'
    options = f'--data-root {tmp_path}/none'
    status, output = run(f'{TRAIN} {config} {tmp_path}/run {options}', cluster)
    assert status == 1
    assert output.count(f'Cannot read {tmp_path}/none/annotations/') == 1
    assert 'Traceback' not in output


class Job:
    """A job in the queue, with its output."""

    def __init__(self, script, output, cluster):
        self.output, self.cluster = output, cluster
        command = (
            f'sbatch --parsable -p low -n 2 --requeue --open-mode=append -o {output}'
        )
        status, self.number = run(f'{command} {script}', cluster)
        assert status == 0, self.number
        self.number = self.number.strip()

    def said(self):
        return self.output.read_text() if self.output.exists() else ''

    def state(self):
        shown = run(f'scontrol show job {self.number}', self.cluster)[1]
        return shown.split('JobState=')[1].split()[0]

    def wait_for(self, is_true, seconds=400):
        end = time.monotonic() + seconds
        while not is_true():
            assert time.monotonic() < end, self.said()[-3000:]
            assert self.state() not in ('FAILED', 'CANCELLED'), self.said()[-3000:]
            time.sleep(0.3)


def test_a_job_that_must_go_goes_on_and_ends_with_the_same_weights(
    cluster, whole, synthetic_coco, tmp_path
):
    work_dir, script = tmp_path / 'run', tmp_path / 'job.sh'
    pace = dict(type='Pace', seconds=0.3)
    config = write_config(
        tmp_path / 'config.py', synthetic_coco, work_dir, hooks=[pace]
    )
    text = config.read_text().replace('max_iters=1000', f'max_iters={STEPS}')
    config.write_text(text.replace('val_interval=1000', f'val_interval={STEPS}'))
    script.write_text(JOB.format(train=TRAIN, config=config, work_dir=work_dir))
    job = Job(script, tmp_path / 'output', cluster)

    job.wait_for(lambda: f'[ 5/{STEPS}]' in job.said())
    run('srun -p high -n 2 true', cluster)  # takes the node away from the job
    job.wait_for(lambda: 'start 0 ends with status 75' in job.said())
    job.wait_for(lambda: f'[20/{STEPS}]' in job.said())
    # What `#SBATCH --signal=USR1@60` does before the time limit.
    run(f'scancel --signal=USR1 {job.number}', cluster)
    job.wait_for(lambda: 'start 1 ends with status 75' in job.said())
    job.wait_for(lambda: job.state() == 'COMPLETED')

    print('\n'.join(log_of(job.said())))
    assert job.said().count('Told to end: step ') == 2
    assert 'start 2 ends with status 0' in job.said()
    for step in range(1, STEPS + 1):
        assert job.said().count(f'[{step:2}/{STEPS}]') == 1, step
    stopped, unstopped = (
        torch.load(newest_checkpoint(folder)[0], weights_only=True)['state_dict']
        for folder in (work_dir, whole[0] / 'run')
    )
    assert all(torch.equal(stopped[name], unstopped[name]) for name in unstopped)


def log_of(said):
    """The lines that tell how a job went."""
    words = ('Told to end', 'ends with status', 'resumed', 'CANCELLED', 'Checkpoints: ')
    steps = [f'[{step:2}/{STEPS}]' for step in (1, STEPS)]
    return [
        line[:120]
        for line in said.splitlines()
        if any(word in line for word in (*words, *steps))
    ]
