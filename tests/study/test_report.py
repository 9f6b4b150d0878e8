import dataclasses
import re

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from semi_pose.study.ablations import ABLATIONS
from semi_pose.study.difficulty import Difficulty
from semi_pose.study.findings import difficulty_findings, find_all, worth_in_labels
from semi_pose.study.gain import Gain
from semi_pose.study.plan import Plan, Sweep
from semi_pose.study.report import table, write_report
from semi_pose.study.results import (
    BINS,
    MONITOR,
    RESPONSE,
    TRUE_BINS,
    read_results,
    spread,
)

from ..helpers.studies import accuracies, log_run, lsp, method, planner

GT = [0.96, 0.02, 0.01, 0.006, 0.004]


def logs(network, aps, responses, hist=None):
    """Scalars of a run: validations at steps 1, 2, .., responses beside them."""
    records = []
    for step, (ap, response) in enumerate(zip(aps, responses, strict=True), 1):
        if response is not None:
            records.append({'step': step, 'response': response, 'loss': 1})
        records.append(accuracies(step, **{network: ap}))
        if network == 'net1':
            records[-1] |= accuracies(step, stock=ap)
        if hist:
            bins = {f'collapse/hist_{i}': value for i, value in enumerate(hist)}
            truth = {f'collapse/gt_hist_{i}': value for i, value in enumerate(GT)}
            records.append({'step': step, **bins, **truth})
    return records


@pytest.fixture(scope='module')
def results(tmp_path_factory):
    """Three methods as the paper finds them, with one ablation."""
    plan = planner(tmp_path_factory.mktemp('study'))
    runs = {
        'supervised': [
            logs('stock', [0.2, 0.30], [None, None]),
            logs('stock', [0.2, 0.32], [None, None]),
        ],
        'standard': [
            logs('net1', [0.31, 0.21], [0.5, 0.1], [1, 0, 0, 0, 0]),
            logs('net1', [0.33, 0.23], [0.3, 0.1], [1, 0, 0, 0, 0]),
        ],
        'single': [
            logs('net1', [0.3, 0.35], [0.5, 0.4], [0.95, 0.03, 0.01, 0.006, 0.004]),
            logs('net1', [0.3, 0.31], [0.5, 0.5], [0.95, 0.03, 0.01, 0.006, 0.004]),
        ],
    }
    methods = []
    for kind, seeds in runs.items():
        trials = [plan.trial(lsp(kind), seed) for seed in range(len(seeds))]
        for trial, records in zip(trials, seeds, strict=True):
            log_run(trial, records)
        methods.append(method(kind, kind.capitalize(), trials))
    single = methods[2]
    other = plan.trial(lsp('single'), 0, ABLATIONS['joints'], 1)
    log_run(other, logs('net1', [0.3, 0.33], [0.5, 0.45]))
    points = {1: [other], 3: single.trials[:1]}
    sweep = Sweep(ABLATIONS['joints'], single, 3, points)
    missing = plan.trial(lsp('dual'), 0)
    plan = Plan(methods, [sweep], [*plan.trials.values()])
    assert missing in plan.trials
    return read_results(plan)


def test_the_long_table(results):
    supervised, _, single = results.methods
    row = results.pick(supervised, 'PCK').iloc[-1]
    assert row.to_dict() == dict(
        ablation='',
        setting=0,
        method='Supervised',
        labels=20,
        seed=1,
        run='efflite0_lsp20_supervised/seed1',
        network='net1',
        metric='PCK',
        step=2,
        value=pytest.approx(64),
    )
    varied = results.table[results.table.ablation == 'joints']
    assert set(varied.setting) == {1, 3} and set(varied.method) == {'Single'}
    assert results.metrics == ['AP', 'PCK']
    assert results.networks(single) == ['net1']


def test_means_and_ranges(results):
    supervised, standard, single = results.methods

    def summary(*picked, **options):
        return list(results.end(*picked, **options).agg(['mean', 'min', 'max', 'size']))

    assert summary(supervised, 'AP') == pytest.approx([31, 30, 32, 2])
    assert summary(standard, 'AP') == pytest.approx([22, 21, 23, 2])
    assert summary(standard, 'AP', best=True) == pytest.approx([32, 31, 33, 2])
    assert summary(single, 'PCK') == pytest.approx([66, 62, 70, 2])
    assert results.end(single, 'AP', 'ensemble').empty
    assert summary(single, RESPONSE) == pytest.approx([0.45, 0.4, 0.5, 2])
    assert results.end(supervised, RESPONSE).empty
    curve = results.pick(single, 'AP').query('seed == 0')
    assert list(curve.step) == [1, 2] and list(curve.value) == pytest.approx([30, 35])
    assert spread(results.end(supervised, 'AP')) == '31.0 (30.0 to 32.0)'
    assert spread(results.end(supervised, 'AP')[:1]) == '30.0'


def test_findings_that_hold_and_that_do_not(results):
    found = {one.claim: one for one in find_all(results)}
    assert set(found) == {
        'Standard: the response falls',
        'Standard ends below its best AP',
        'Standard ends below its best PCK',
        'Single beats Standard in AP',
        'Single beats Standard in PCK',
        'Single: the response stays',
        'Single beats Supervised in AP',
        'Single beats Supervised in PCK',
    }
    # From 0.4 (0.3 to 0.5) to 0.1: a quarter is left.
    falls = found['Standard: the response falls']
    assert falls.held and falls.numbers.endswith(
        '0.100 (0.100 to 0.100) at the end: 25%'
    )
    below = found['Standard ends below its best AP']
    assert below.held and below.numbers.endswith('at the end: -10.0')
    stays = found['Single: the response stays']
    assert stays.held and '90%' in stays.numbers
    beats = found['Single beats Supervised in AP']
    assert beats.held
    assert beats.numbers == (
        '33.0 (31.0 to 35.0) against 31.0 (30.0 to 32.0): +2.0; '
        'higher with 1 of 2 seeds'
    )


def test_the_contrary_is_said_too(results, tmp_path):
    supervised, standard, single = results.methods
    standard.kind, standard.easy_hard, single.kind = 'single', True, 'standard'
    single.easy_hard = False
    try:
        held = {one.claim: one.held for one in find_all(results)}
    finally:
        standard.kind, standard.easy_hard, single.kind = 'standard', False, 'single'
        single.easy_hard = True
    assert held == {
        'Single: the response falls': False,
        'Single ends below its best AP': False,
        'Single ends below its best PCK': False,
        'Standard beats Single in AP': False,
        'Standard beats Single in PCK': False,
        'Standard: the response stays': False,
        'Standard beats Supervised in AP': False,
        'Standard beats Supervised in PCK': False,
    }


@pytest.mark.parametrize(
    'values, held',
    [
        ({0: 35, 1: 31}, True),
        ({0: 31, 1: 31.08}, False),
        ({1: 31.5}, False),
    ],
    ids=['half of the seeds', 'less than 0.05', 'the mean higher, the seed lower'],
)
def test_noise_is_no_win(results, values, held):
    # Supervised has 30 and 32.
    _, _, single = results.methods
    table = results.table
    rows = results.pick(single, 'AP').query('step == 2')
    table = table.drop(rows.index[~rows.seed.isin(values)])
    for index in rows.index[rows.seed.isin(values)]:
        table.loc[index, 'value'] = values[table.loc[index, 'seed']]
    found = find_all(dataclasses.replace(results, table=table))
    (beats,) = (one for one in found if one.claim == 'Single beats Supervised in AP')
    assert beats.held == held


def test_methods_are_compared_at_the_same_labels(results):
    supervised, *_ = results.methods
    supervised.labels = 10
    try:
        claims = [one.claim for one in find_all(results)]
    finally:
        supervised.labels = 20
    assert not any('Supervised' in claim for claim in claims)


def test_difficulty():
    views = pd.DataFrame(
        dict(AP=[30.0, 20.0], PCK=[70.0, 71.0]), index=['none', 'affine']
    )
    ap, pck = difficulty_findings(views)
    assert ap.held and not pck.held
    assert ap.numbers == '30.0 on easy views; affine 20.0'


def test_the_last_histogram(results):
    supervised, standard, single = results.methods
    found = [results.end(single, name).iloc[0] for name in BINS]
    assert found == [0.95, 0.03, 0.01, 0.006, 0.004]
    assert [results.end(single, name).iloc[0] for name in TRUE_BINS] == GT
    assert results.end(standard, BINS[0]).iloc[0] == 1
    assert results.end(supervised, BINS[0]).empty


def test_one_kind_of_response_for_all(results):
    assert results.response_key == 'response'
    trial = results.plan.trials[0]
    plan = Plan(results.plan.methods[:1], [], [trial])
    log = trial.run.folder / '20260101_000000/vis_data/scalars.json'
    before = log.read_text()
    log.write_text(before + f'\n{{"step": 2, "{MONITOR}": 0.25}}')
    try:
        read = read_results(plan)
    finally:
        log.write_text(before)
    assert read.response_key == MONITOR
    picked = read.pick(plan.methods[0], RESPONSE)
    assert (list(picked.step), list(picked.value)) == ([2], [0.25])


def test_the_worth_of_unlabeled_people():
    means = pd.DataFrame(
        {'plain': [10, 20, 15, 40], 'semi': [15, 40, 41, np.nan], 'bad': [5, 5, 5, 5]},
        index=[100, 200, 400, 800],
    )
    worth = worth_in_labels(means, 'plain')
    # Half way from 10 to 20: the geometric mean of 100 and 200.
    assert list(worth['semi']) == ['141', '800', 'over 800', '']
    assert list(worth['bad']) == ['under 100'] * 4


def squeezed(page):
    """The report with one space where Markdown's tables have several."""
    return re.sub(' +', ' ', page.with_suffix('.md').read_text())


@pytest.fixture(scope='module')
def report(results, tmp_path_factory):
    folder = tmp_path_factory.mktemp('report')
    views = pd.DataFrame(
        dict(AP=[30.0, 20.0], PCK=[70.0, 60.0]), index=['none', 'affine']
    )
    settings = dict(HardAffine=dict(type='HardAffine', rotation_std=15))
    difficulty = Difficulty('supervised/seed0', settings, views)
    return write_report(results, folder, 'python study.py', difficulty)


def test_the_table_says_what_was_logged(report):
    text = squeezed(report)
    assert (
        '| Single | | 2 | 33.0 (31.0 to 35.0) | 66.0 (62.0 to 70.0) | '
        '33.0 (31.0 to 35.0) | 0.450 (0.400 to 0.500) |'
    ) in text
    assert '| Standard: the response falls | **held** |' in text
    # The ablation: joints from 1 to 3.
    assert '| AP | Single | network 1 | 33.0 | 35.0 |' in text
    assert '| PCK | Single | network 1 | 66.0 | 70.0 |' in text
    assert '| response | Single | | 0.450 | 0.400 |' in text
    assert 'Not finished, and so not in here: efflite0_lsp20_dual/seed0' in text
    assert 'python study.py' in text and 'rotation_std 15' in text


def test_every_picture_shows_something(report):
    pictures = sorted(path.stem for path in report.parent.glob('*.png'))
    assert pictures == ['ablation_joints', 'difficulty', 'histogram', 'training']
    for name in pictures:
        picture = matplotlib.image.imread(report.with_name(f'{name}.png'))
        assert picture.shape[0] > 200 and picture[..., :3].std() > 0.05


def test_the_page_needs_no_other_file(report):
    page = report.read_text()
    assert page.count('src="data:image/png;base64,') == 4 == page.count('src=')
    assert 'href=' not in page and '://' not in page
    assert '<table>' in page and '<strong>held</strong>' in page


def test_sections_without_data_are_left_out(results, tmp_path):
    plan = Plan(results.plan.methods[:1], [], results.plan.methods[0].trials)
    page = write_report(read_results(plan), tmp_path, 'study')
    text = page.with_suffix('.md').read_text()
    assert 'Ablation' not in text and 'Difficulty' not in text
    assert 'Values of heatmaps' not in text and 'None of the comparisons' in text
    assert 'gain' not in text


def test_measured_responses_replace_logged_ones(results, tmp_path):
    measured = {}
    for one in results.methods:
        for trial in one.trials:
            bins = {f'collapse/hist_{i}': value for i, value in enumerate(GT)}
            truth = {f'collapse/gt_hist_{i}': value for i, value in enumerate(GT)}
            measured[trial] = {MONITOR: 0.125, **bins, **truth}
    page = write_report(results.with_measured(measured), tmp_path, 'study')
    text = squeezed(page)
    assert '| Supervised | | 2 | 31.0 (30.0 to 32.0) |' in text
    assert text.count('0.125 (0.125 to 0.125) |') == 3


def test_labels_of_all_methods_with_ranges(tmp_path):
    recipes = [(lsp('supervised'), [0, 1]), (lsp('single'), [0, 1])]
    plan = planner(tmp_path).plan(recipes, dict(labels=[5, 10, 20]))
    for sweep in plan.sweeps:
        for number, trials in enumerate(sweep.points.values()):
            for trial in trials:
                ap = 0.1 * (1 + number) + 0.1 * (sweep.method.kind == 'single')
                network = 'net1' if sweep.method.kind == 'single' else 'stock'
                log_run(trial, [accuracies(2, **{network: ap + 0.02 * trial.seed})])
    page = write_report(read_results(plan), tmp_path / 'report', 'study')
    text = squeezed(page)
    assert (
        '| AP | Supervised | network 1 | 11.0 (10.0 to 12.0) | 21.0 (20.0 to 22.0) | '
        '31.0 (30.0 to 32.0) |'
    ) in text
    assert '| 5 | 10 |\n| 10 | 20 |\n| 20 | over 20 |' in text
    pictures = {path.stem for path in page.parent.glob('*.png')}
    assert pictures == {'ablation_labels', 'overview', 'training'}
    assert text.index('overview.png') < text.index('## Findings')


def joints_of(title, seed, peak, right):
    """10 people with 2 joints; the lower joint is correct for some."""
    rows = [
        dict(person=person, joint=joint, side=f'left_{joint}', tilt=tilt)
        | dict(peak=peak, correct=joint == 'hip' or person < right)
        for person, tilt in enumerate([5] * 5 + [60] * 5)
        for joint in ('hip', 'ankle')
    ]
    return pd.DataFrame(rows).assign(method=title, seed=seed)


def test_where_the_gain_comes_from(results, tmp_path):
    joints = [
        joints_of('Supervised', 0, 0.1, 4),
        joints_of('Supervised', 1, 0.3, 4),
        joints_of('Single', 0, 0.5, 7),
        joints_of('Single', 1, 0.5, 9),
    ]
    runs = [('Supervised', 0, 30), ('Supervised', 1, 32), ('Single', 0, 35)]
    accuracy = [
        {'method': title, 'seed': seed, 'AP': ap, 'AP, all peaks counted': ap + 1.0}
        for title, seed, ap in [*runs, ('Single', 1, 37)]
    ]
    gain = Gain(pd.concat(joints), pd.DataFrame(accuracy), 'Supervised')
    page = write_report(results, tmp_path, 'study', gain=gain)
    text = squeezed(page)
    assert '| joint | hip | 50 | 100.0 | 100.0 (+0.0) |' in text
    assert '| joint | ankle | 50 | 40.0 | 80.0 (+40.0) |' in text
    # Upright: 4 of 5 ankles, then all; tilted: none, then 2 and 4 of 5.
    assert '| tilt of the torso | 0° to 20° | 50 | 90.0 | 100.0 (+10.0) |' in text
    assert '| tilt of the torso | 45° to 90° | 50 | 50.0 | 80.0 (+30.0) |' in text
    # The mean of 0.1 and 0.3 is on the edge, which belongs to the lower range.
    assert '| peak of Supervised | 0 to 0.2 | 100 | 70.0 | 90.0 (+20.0) |' in text
    assert (
        '| Supervised | 31.0 (30.0 to 32.0) | 32.0 (31.0 to 33.0) | '
        '50.0 (0.0 to 100.0) | 20.0 (10.0 to 30.0) | 70.0 (70.0 to 70.0) |'
    ) in text
    picture = matplotlib.image.imread(tmp_path / 'gain.png')
    assert picture.shape[0] > 200 and picture[..., :3].std() > 0.05


def test_tables():
    assert table([dict(a='1.0', b='2')]) == (
        '| a   | b   |\n|:----|:----|\n| 1.0 | 2   |'
    )
