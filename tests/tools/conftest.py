"""The command-line tools on a tiny version of the paper's recipe."""

import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / 'tools'
TINY = """
_base_ = '{base}'
model = dict(
    backbone=dict(depth=18, stem_channels=8, base_channels=8, init_cfg=None),
    head=dict(in_channels=64, deconv_out_channels=(8, 8, 8)),
)
"""
RUN = """
loader = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(
    loader,
    batch_size=2,
    dataset=dict(labeled=dict(indices=8), unlabeled=dict(indices=20)),
)
val_dataloader = dict(loader, batch_size=8)
test_dataloader = val_dataloader
train_cfg = dict(max_epochs=1, val_interval=1)
default_hooks = dict(logger=dict(interval=1), checkpoint=dict(interval=1))
randomness = dict(seed=0, diff_rank_seed=True)
"""


@pytest.fixture(scope='session')
def tiny_config(tmp_path_factory) -> Path:
    """The dual recipe with narrow networks: 10 steps of 2 + 2 an epoch."""
    path = tmp_path_factory.mktemp('configs') / 'tiny_dual.py'
    base = ROOT / 'configs' / 'semi' / 'res18_coco1k_dual.py'
    path.write_text(TINY.format(base=base) + RUN)
    return path


@pytest.fixture(scope='session')
def stock_config(tmp_path_factory) -> Path:
    """MMPose's own config of network 1, with nothing of this project in it."""
    path = tmp_path_factory.mktemp('configs') / 'tiny_stock.py'
    name = (
        'body_2d_keypoint/topdown_heatmap/coco/td-hm_res50_8xb64-210e_coco-256x192.py'
    )
    path.write_text(TINY.format(base=f'mmpose::{name}'))
    return path


@pytest.fixture
def tool(monkeypatch):
    """Run a tool in this process, which saves the seconds of importing torch."""
    monkeypatch.syspath_prepend(str(TOOLS))
    monkeypatch.setenv('LOCAL_RANK', '0')

    def call(name: str, *options: object) -> None:
        monkeypatch.setattr(sys, 'argv', [name, *map(str, options)])
        runpy.run_path(str(TOOLS / name), run_name='__main__')

    return call


@pytest.fixture
def printed_by(tool, capsys):
    """Run a tool as `tool` does; returns what it prints, the errors if it fails."""

    def call(name: str, *options: object, status: int = 0) -> str:
        code = 0
        try:
            tool(name, *options)
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        assert code == status, printed.err
        return printed.err if status else printed.out

    return call


def start(*command: object, **environment: str) -> subprocess.Popen:
    """Start a command in a process group of its own; its output can be read."""
    # For recipes that import the tests' helpers.
    path = dict(PYTHONPATH=f'{ROOT}{os.pathsep}{os.environ.get("PYTHONPATH", "")}')
    return subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, 'OMP_NUM_THREADS': '1', **path, **environment},
    )


def kill(process: subprocess.Popen) -> None:
    """End a started command and all that it has started, at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.fixture(scope='session')
def resumed(tiny_config, synthetic_coco, tmp_path_factory) -> tuple[Path, str, str]:
    """A run killed in its second epoch and resumed: work dir, both outputs."""
    work_dir = tmp_path_factory.mktemp('resumed')
    command = [sys.executable, TOOLS / 'train.py', tiny_config]
    command += ['--data-root', synthetic_coco, '--work-dir', work_dir]
    command += ['--cfg-options', 'train_cfg.max_epochs=2', 'train_cfg.val_interval=2']
    process = start(*command)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if 'Epoch(train) [2][ 3/10]' in line:
            break
    kill(process)
    output, _ = start(*command, '--resume').communicate(timeout=120)
    return work_dir, ''.join(lines), output
