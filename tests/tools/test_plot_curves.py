"""plot_curves.py: curves of any runs."""

import json

import matplotlib.image
import pytest


@pytest.fixture
def run(tmp_path):
    log = tmp_path / 'run/20260101_000000/vis_data/scalars.json'
    log.parent.mkdir(parents=True)
    records = [dict(step=step, response=1 / step, loss=step) for step in range(1, 9)]
    log.write_text('\n'.join(map(json.dumps, records)))
    return tmp_path / 'run'


def test_draws_a_panel_for_each_key(tool, run, tmp_path, capsys):
    out = tmp_path / 'new/curves.png'
    tool('analysis/plot_curves.py', run, '--keys', 'response', 'loss', '--out', out)
    assert f'Wrote {out}' in capsys.readouterr().out
    picture = matplotlib.image.imread(out)
    assert picture.shape[1] > picture.shape[0] > 200
    assert picture[..., :3].std() > 0.02


@pytest.mark.parametrize(
    'options, message',
    [
        (['--keys', 'coco/AP'], 'No run has logged coco/AP: choose among loss'),
        (['--labels', 'a', 'b'], '--labels names 2 of 1 runs'),
        (['--smooth', '0'], '--smooth is 0'),
    ],
)
def test_mistakes(tool, run, capsys, options, message):
    with pytest.raises(SystemExit) as end:
        tool('analysis/plot_curves.py', run, *options)
    assert end.value.code == 1
    assert message in capsys.readouterr().err


def test_a_folder_without_a_log(tool, tmp_path, capsys):
    with pytest.raises(SystemExit):
        tool('analysis/plot_curves.py', tmp_path)
    assert f'{tmp_path} holds no log' in capsys.readouterr().err
