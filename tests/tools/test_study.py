"""study.py: from recipes to a report, through the command line."""

import json
import math
import re
import sys

import pytest

from semi_pose.runs.logs import read_scalars

from .conftest import ROOT, TOOLS, start

TINY = """
_base_ = '{base}'
custom_imports = dict(imports=['semi_pose', 'tests.helpers.tiny'])
model = dict(
    backbone=dict(_delete_=True, type='TinyBackbone'),
    neck=None,
    head=dict(in_channels=8),
)
train_dataloader = dict(num_workers=0, persistent_workers=False, batch_size=4)
val_dataloader = dict(num_workers=0, persistent_workers=False)
"""


@pytest.fixture(scope='module')
def recipes(tmp_path_factory):
    """The demo's recipes with tiny networks: supervised, then dual."""
    folder = tmp_path_factory.mktemp('recipes')
    paths = [folder / f'tiny_{name}.py' for name in ('supervised', 'dual')]
    for path in paths:
        name = path.stem.removeprefix('tiny_')
        base = ROOT / f'configs/demo/efflite0_demo_{name}.py'
        path.write_text(TINY.format(base=base))
    return paths


@pytest.fixture(scope='module')
def study(recipes, synthetic_coco, tmp_path_factory):
    """A tiny study through the command line: options, work dir and output."""
    folder = tmp_path_factory.mktemp('study')
    options = [*recipes, '--data-root', synthetic_coco, '--work-dir', folder]
    options += ['--steps', 3, '--jobs', 2, '--difficulty', '--gain']
    options += ['--cfg-options', 'optim_wrapper.optimizer.lr=0.002']
    command = [sys.executable, TOOLS / 'analysis/study.py', *options]
    process = start(*command, COLUMNS='200', PYTHONPATH=str(ROOT))
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    return options, folder, output


def last_metrics(folder, name):
    records = read_scalars(folder / name / 'seed0')
    return next(one for one in reversed(records) if 'coco/AP' in one)


def test_trains_each_recipe(study):
    _, folder, output = study
    assert last_metrics(folder, 'tiny_supervised')['step'] == 3
    assert 'ensemble/coco/PCK' in last_metrics(folder, 'tiny_dual')
    assert '2/2' in output and str(folder / 'report/report.html') in output


def test_the_report_holds_the_last_validation(study):
    _, folder, _ = study
    text = re.sub(' +', ' ', (folder / 'report/report.md').read_text())
    dual = last_metrics(folder, 'tiny_dual')
    keys = ('AP', 'AR', 'PCK')
    cells = [f'{100 * dual[f"ensemble/coco/{key}"]:.1f}' for key in keys]
    assert f'| | ensemble | | {" | ".join(cells)} |' in text
    stock = last_metrics(folder, 'tiny_supervised')
    assert f'| Supervised | | 1 | {100 * stock["coco/AP"]:.1f} |' in text
    # The difficulty without augmentation is the last validation again.
    assert f'{100 * stock["coco/PCK"]:.1f} on easy views' in text
    assert 'tools/analysis/study.py' in text
    # So are AP and the correct joints where the gain is looked for.
    (row,) = re.findall(
        r'\n\| Supervised \| ([\d.]+) \| [\d.]+ \| .* ([\d.]+) \|\n', text
    )
    assert float(row[0]) == pytest.approx(100 * stock['coco/AP'], abs=0.06)
    # All joints together, where PCK averages over kinds of joints.
    assert float(row[1]) == pytest.approx(100 * stock['coco/PCK'], abs=1)


def test_pictures_and_page(study):
    _, folder, _ = study
    names = {path.name for path in (folder / 'report').iterdir()}
    pictures = {'training.png', 'histogram.png', 'difficulty.png', 'gain.png'}
    assert names == {'report.md', 'report.html', *pictures}
    page = (folder / 'report/report.html').read_text()
    sources = re.findall('(?:src|href)="([^"]{5})', page)
    assert sources == ['data:'] * 4
    assert 'http' not in page


def test_found_runs_are_reported_and_not_trained(study, tool, tmp_path):
    options, folder, _ = study
    logs = [*folder.glob('*/seed0/train.log')]
    assert len(logs) == 2
    before = [log.read_text() for log in logs]
    tool('analysis/study.py', *options[:-3], '--report-only', '--out', tmp_path)
    assert [log.read_text() for log in logs] == before
    text = (tmp_path / 'report.md').read_text()
    assert 'other settings' in text
    assert 'optim_wrapper.optimizer.lr: 0.002, now 0.001' in text


def test_other_settings_need_a_fresh_start(study, tool, capsys):
    options, folder, _ = study
    with pytest.raises(SystemExit) as end:
        tool('analysis/study.py', *options, 'optim_wrapper.optimizer.lr=0.5')
    assert end.value.code == 1
    error = capsys.readouterr().err
    assert '--fresh' in error and 'optim_wrapper.optimizer.lr: 0.002, now 0.5' in error
    assert (folder / 'tiny_dual/seed0/iter_3.pth').exists()


def test_a_dry_run_trains_nothing(study, tool, capsys, monkeypatch):
    options, folder, _ = study
    monkeypatch.setenv('COLUMNS', '80')
    before = sorted(folder.rglob('*'))
    tool('analysis/study.py', *options, '--seeds', 0, 1, '--dry-run')
    assert sorted(folder.rglob('*')) == before
    output = capsys.readouterr().out
    assert '…' not in output
    assert all(len(line) <= 80 for line in output.splitlines() if line[:1] in '│┃┏└')
    states = dict(re.findall(r'│ (tiny_\S+) +│ 3 steps +│ (\w+(?: \w+)?)', output))
    assert states == {
        'tiny_supervised/seed0': 'trained',
        'tiny_supervised/seed1': 'to train',
        'tiny_dual/seed0': 'trained',
        'tiny_dual/seed1': 'to train',
    }
    assert 'logged time of found runs' in output


def test_a_ladder_of_passes_over_the_unlabeled_people(
    study, tool, synthetic_coco, capsys, monkeypatch
):
    options, _, _ = study
    file = synthetic_coco / 'annotations/person_keypoints_train2017.json'
    num = len(json.loads(file.read_text())['annotations'])
    monkeypatch.setenv('COLUMNS', '200')
    tool('analysis/study.py', *options, '--ladder', '1,2.5', '--dry-run')
    found = re.findall(
        r'tiny_dual/steps=(\d+)/seed0 +│ (\d+) steps', capsys.readouterr().out
    )
    # 4 labeled and 8 unlabeled people per step.
    once = math.ceil(num / 8)
    assert found == [(str(once),) * 2, (str(round(2.5 * once)),) * 2]


def test_nothing_to_report(recipes, tool, tmp_path, capsys):
    with pytest.raises(SystemExit) as end:
        tool('analysis/study.py', recipes[0], '--work-dir', tmp_path, '--report-only')
    assert end.value.code == 1
    assert f'{tmp_path} holds no finished run' in capsys.readouterr().err
