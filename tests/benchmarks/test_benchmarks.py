"""The benchmark at tiny sizes, and what its figures mean."""

import json
import time

import pytest
import torch

from semi_pose.errors import UserError

from ..helpers.parts import bad_part, good_part, slow_part
from . import loading, step
from .__main__ import main, make_parts, parse_args
from .figures import Figure, compare
from .gpu_check import read_recipes
from .loading import build_pairs, build_stock
from .report import LEAST_SECONDS, Part, measure


@pytest.fixture(scope='module')
def options(tmp_path_factory):
    """Command line for a narrow ResNet-18, one round of 2 + 2."""
    folder = tmp_path_factory.mktemp('benchmark')
    recipe, *_ = read_recipes(tiny=True)
    recipe.dump(folder / 'tiny_dual.py')
    options = ['--config', folder / 'tiny_dual.py', '--out', folder / 'figures.json']
    options += ['--rounds', 1, '--batch-size', 2]
    return list(map(str, options))


def test_it_compares_in_turn_after_a_warm_up():
    calls = []
    figure = compare(
        'a nap / nothing',
        lambda: calls.append('ours') or time.sleep(0.02),
        lambda: calls.append('reference'),
        rounds=2,
    )
    assert calls == ['ours', 'reference'] * 2 + ['reference', 'ours']
    assert min(figure.ours) >= 0.02 > max(figure.reference)
    assert len(figure.ratios) == 2 and figure.ratio > 1


@pytest.mark.parametrize(
    ('ratios', 'target', 'reached'),
    [
        ([1.0, 1.01, 9.0], '<= 1.02', True),
        ([1.0, 1.03, 1.04], '<= 1.02', False),
        ([9.0, 11.0, 12.0], '>= 10', True),
        ([1.0], '', None),
    ],
)
def test_the_median_decides(ratios, target, reached):
    ones = [1.0] * len(ratios)
    assert Figure('', ratios, ones, target=target).reached is reached
    assert Figure('', ones, ratios, target=target, speedup=True).reached is reached


def test_a_part_that_fails_or_takes_too_long_leaves_the_others_alone(tmp_path, capsys):
    out = tmp_path / 'new' / 'figures.json'
    parts = [
        Part('bad', bad_part, ()),
        Part('slow', slow_part, (), seconds=1),
        Part('good', good_part, (out,)),
    ]
    with pytest.raises(UserError, match=f'Failed: bad, slow. .* in {out}'):
        measure(parts, out)
    report = json.loads(out.read_text())
    assert report['machine']['PyTorch'] == torch.__version__
    ratios = [[one['ratio'] for one in part['figures']] for part in report['parts']]
    assert ratios == [[0.5], [], [2]]
    bad, slow, good = (part['error'] for part in report['parts'])
    assert good is None and slow == 'stopped after 1 s'
    assert bad.strip().endswith('ValueError: no such thing') and 'bad_part' in bad
    printed = capsys.readouterr().out
    assert 'before it fails' in printed and 'ValueError: no such thing' in printed


def test_what_does_not_fit_into_the_time_is_left_out(tmp_path, capsys):
    out = tmp_path / 'figures.json'
    parts = [Part(name, good_part, (out,)) for name in ('first', 'second')]
    measure(parts, out, seconds=LEAST_SECONDS - 1)
    assert 'time is up: first, second' in capsys.readouterr().out
    assert json.loads(out.read_text())['parts'] == []


def test_the_command_line_measures_a_step(options, capsys):
    args = parse_args(['step', *options])
    main(args)
    (part,) = json.loads(args.out.read_text())['parts']
    (figure,) = part['figures']
    assert figure['name'] == 'step of tiny_dual, 2 + 2 / bare passes'
    assert figure['ours'][0] / figure['reference'][0] == pytest.approx(figure['ratio'])
    assert f'Wrote {args.out}' in capsys.readouterr().out


def test_an_unknown_part_is_named(capsys):
    with pytest.raises(SystemExit):
        parse_args(['speed'])
    assert 'no part speed: choose from step, ' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('name', 'figures'),
    [('hard_view', 1), ('loading', 2), ('batches', 1), ('monitor', 1)],
)
def test_each_part_measures(name, figures, options, tmp_path, monkeypatch):
    monkeypatch.setattr(loading, 'NUM_SAMPLES', 4)
    part = make_parts(parse_args([name, *options]), tmp_path)[name]
    found = list(part.function(*part.arguments))
    assert len(found) == figures
    assert all(min(one.ours + one.reference) > 0 and one.target for one in found)


def test_the_monitor_is_set_against_200_steps(options, tmp_path, monkeypatch):
    monkeypatch.setattr(step, 'training_step', lambda *_: lambda: time.sleep(0.01))
    part = make_parts(parse_args(['monitor', *options]), tmp_path)['monitor']
    (figure,) = part.function(*part.arguments)
    assert 'tiny_dual, 2 + 2 / 200 steps' in figure.name
    assert 2 <= figure.medians[1] < 4


@pytest.mark.slow
def test_memory_is_measured_in_processes(options, tmp_path):
    part = make_parts(parse_args(['memory', *options]), tmp_path)['memory']
    (peak,) = part.function(*part.arguments)
    assert min(peak.ours + peak.reference) > 1


@pytest.mark.slow
def test_paths_are_measured_at_once_and_in_turn(options, tmp_path):
    part = make_parts(parse_args(['paths', *options]), tmp_path)['paths']
    at_once, in_turn, step = part.function(*part.arguments)
    assert min(at_once.ours) > min(in_turn.ours) > 1
    assert step.medians > (0, 0)


@pytest.mark.slow
def test_scale_reads_as_many_people_as_it_says(options, tmp_path):
    part = make_parts(parse_args(['scale', *options]), tmp_path)['scale']
    recipe, people, rounds = part.arguments
    startup, workers, pairs = part.function(recipe, people, rounds, share=0.01)
    assert startup.medians > (0, 0)
    assert len(workers.ours) == 4 and 0 < max(workers.ours) < 500
    assert len(pairs.ratios) == 3
    sets = [build_pairs(recipe, people / name) for name in ('whole', 'tenth')]
    assert len(sets[0]) == 12 * len(sets[1]) == 12 * len(build_stock(recipe, people))
