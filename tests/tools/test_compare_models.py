"""compare_models.py and summarize_run.py: what they write and say."""

import pandas as pd
import pytest
from matplotlib.image import imread


def test_two_networks_of_a_run(tool, finished, tmp_path, capsys):
    out = tmp_path / 'out'
    tool(
        'analysis/compare_models.py',
        finished,
        f'{finished}:net2',
        '--out',
        out,
        '--num',
        2,
    )
    printed = capsys.readouterr().out
    assert f'Wrote {out}/comparison.html' in printed and 'PCK@0.1' in printed
    assert (out / 'comparison.html').read_text().count('<figure>') == 2
    assert imread(out / 'comparison.png')[..., :3].std() > 0.05
    assert len(pd.read_csv(out / 'people.csv')) > 2


def test_a_model_that_is_none(tool, tmp_path, capsys):
    with pytest.raises(SystemExit) as end:
        tool('analysis/compare_models.py', 'nothing', 'nothing', '--out', tmp_path)
    assert end.value.code == 1
    assert 'nothing names no model' in capsys.readouterr().err


def test_a_summary_again(tool, finished, capsys):
    (finished / 'summary.html').unlink()
    tool('analysis/summarize_run.py', finished)
    assert f'Wrote {finished}/summary.html' in capsys.readouterr().out
    assert (finished / 'summary.html').exists()
