"""demo.py: from nothing to a table, and what it says is what was measured."""

import json
import sys

import matplotlib.image
import pytest

from semi_pose.runs.logs import read_scalars

from .conftest import TOOLS, start


@pytest.fixture(scope='module')
def demo(tmp_path_factory):
    """A tiny demo through the command line: options, folder and output."""
    folder = tmp_path_factory.mktemp('demo')
    options = ['--data-root', folder / 'people', '--work-dir', folder / 'runs']
    options += ['--num-train', 45, '--num-val', 5, '--steps', 4]
    process = start(sys.executable, TOOLS / 'demo.py', *options, COLUMNS='200')
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    return options, folder, output


def test_draws_people(demo):
    _, folder, output = demo
    assert 'draw people' in output and '50/50' in output
    assert len(list((folder / 'people/train2017').iterdir())) == 45


def test_progress_is_plain_lines_without_a_terminal(demo):
    _, _, output = demo
    lines = [line for line in output.splitlines() if line.startswith('dual ')]
    assert any(line.startswith('dual 4/4') for line in lines)
    assert lines[-1].startswith('dual ended AP') and '\x1b' not in output
    people = [line for line in output.splitlines() if line.startswith('draw people')]
    # Once for each tenth.
    assert len(people) == 10


def test_results_are_those_of_the_last_validation(demo):
    _, folder, _ = demo
    rows = json.loads((folder / 'runs/results.json').read_text())
    names = [(row['model'], row['network']) for row in rows]
    dual = [('dual', name) for name in ('net1', 'net2', 'ensemble')]
    assert names == [('supervised', 'net1'), *dual]
    for row in rows:
        last = read_scalars(folder / 'runs' / row['model'])[-1]
        assert last['step'] == 4
        prefix = f'{row["network"]}/' if row['model'] == 'dual' else ''
        for key in ('AP', 'PCK'):
            assert row[key] == last[f'{prefix}coco/{key}']
        assert 0 < row['response'] < 2


def test_the_table_holds_the_results(demo):
    _, folder, output = demo
    rows = json.loads((folder / 'runs/results.json').read_text())
    lines = [line for line in output.splitlines() if line.startswith('│')]
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        numbers = [float(cell) for cell in line.split('│')[3:6]]
        wanted = [100 * row['AP'], 100 * row['PCK'], row['response']]
        assert numbers == pytest.approx(wanted, abs=0.051)
    gain = 100 * (rows[1]['PCK'] - rows[0]['PCK'])
    assert f'{gain:+.1f} PCK' in output


def test_pictures_are_not_blank(demo):
    _, folder, _ = demo
    for name in ('curves.png', 'views.png'):
        picture = matplotlib.image.imread(folder / 'runs' / name)
        assert picture.shape[0] > 200 and picture[..., :3].std() > 0.05


def test_says_what_to_do_next(demo):
    _, folder, output = demo
    assert 'docs/own_data.md' in output
    assert 'semi_pose::semi/hrnet_w48_coco1k_dual.py' in output
    assert str(folder / 'runs/dual/iter_4.pth') in output


def test_a_second_call_trains_nothing(demo, tool, capsys):
    options, folder, _ = demo
    logs = [folder / 'runs' / name / 'train.log' for name in ('supervised', 'dual')]
    before = [log.read_text() for log in logs]
    tool('demo.py', *options)
    assert [log.read_text() for log in logs] == before
    assert 'found in' in capsys.readouterr().out


def test_other_options_need_a_fresh_start(demo, tool, capsys):
    options, folder, _ = demo
    with pytest.raises(SystemExit) as end:
        tool('demo.py', *options, '--steps', 6)
    assert end.value.code == 1
    assert '--fresh' in capsys.readouterr().err
    assert (folder / 'runs/dual/iter_4.pth').exists()


def test_a_folder_that_cannot_be_drawn_to(tool, tmp_path, capsys):
    (tmp_path / 'people').write_text('mine')
    with pytest.raises(SystemExit) as end:
        tool(
            'demo.py', '--data-root', tmp_path / 'people', '--work-dir', tmp_path / 'w'
        )
    assert end.value.code == 1
    assert f'{tmp_path / "people"} cannot be written' in capsys.readouterr().err
