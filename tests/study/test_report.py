import matplotlib.image
import pytest

from semi_pose.study.ablations import ABLATIONS
from semi_pose.study.findings import difficulty_findings, find_all
from semi_pose.study.measurements import (
    MONITOR,
    accuracy,
    curve,
    end_response,
    histogram,
    read_results,
)
from semi_pose.study.plan import Plan, Sweep
from semi_pose.study.report import Extras, table, write_report

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
    other = plan.trial(lsp('single'), 0, 'joints=1', {})
    log_run(other, logs('net1', [0.3, 0.33], [0.5, 0.45]))
    sweep = Sweep(ABLATIONS['joints'], single, 3, {1: other, 3: single.trials[0]})
    missing = plan.trial(lsp('dual'), 0)
    plan = Plan(methods, [sweep], [*plan.trials.values()])
    assert missing in plan.trials
    return read_results(plan)


def test_means_and_ranges(results):
    supervised, standard, single = map(results.of, results.methods)
    assert accuracy(supervised, 'AP') == pytest.approx((31, 30, 32, 2))
    assert accuracy(standard, 'AP') == pytest.approx((22, 21, 23, 2))
    assert accuracy(standard, 'AP', best=True) == pytest.approx((32, 31, 33, 2))
    assert accuracy(single, 'PCK') == pytest.approx((66, 62, 70, 2))
    assert accuracy(single, 'AP', 'ensemble') is None
    assert end_response(single) == pytest.approx((0.45, 0.4, 0.5, 2))
    assert end_response(supervised) is None
    assert curve(single[0], 'AP') == ([1, 2], pytest.approx([30, 35]))
    assert accuracy(supervised, 'AP').text() == '31.0 (30.0 to 32.0)'
    assert accuracy(supervised[:1], 'AP').text() == '30.0'


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


def test_methods_are_compared_at_the_same_labels(results):
    supervised, *_ = results.methods
    supervised.labels = 20
    try:
        claims = [one.claim for one in find_all(results)]
    finally:
        supervised.labels = 100
    assert not any('Supervised' in claim for claim in claims)


def test_difficulty():
    views = dict(none=dict(AP=30.0, PCK=70.0), affine=dict(AP=20.0, PCK=71.0))
    ap, pck = difficulty_findings(views)
    assert ap.held and not pck.held
    assert ap.numbers == '30.0 on easy views; affine 20.0'


def test_the_last_histogram():
    records = logs('net1', [0.1], [0.5], [0.9, 0.1, 0, 0, 0])
    records += logs('net1', [0.1], [0.5], [0.8, 0.2, 0, 0, 0])
    assert histogram(records) == [0.8, 0.2, 0, 0, 0]
    assert histogram(records, truth=True) == GT
    assert histogram(logs('net1', [0.1], [0.5])) is None


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
    assert read.outcomes[trial].response == ([2], [0.25])


@pytest.fixture(scope='module')
def report(results, tmp_path_factory):
    folder = tmp_path_factory.mktemp('report')
    views = dict(none=dict(AP=30.0, PCK=70.0), affine=dict(AP=20.0, PCK=60.0))
    settings = dict(HardAffine=dict(type='HardAffine', rotation_std=15))
    extras = Extras(difficulty=views, settings=settings, tested='supervised/seed0')
    return write_report(results, folder, 'python study.py', extras)


def test_the_table_says_what_was_logged(report):
    text = report.with_name('report.md').read_text()
    assert (
        '| Single |  | 2 | 33.0 (31.0 to 35.0) | 66.0 (62.0 to 70.0) | '
        '33.0 (31.0 to 35.0) | 0.450 (0.400 to 0.500) |'
    ) in text
    assert '| Standard: the response falls | **held** |' in text
    assert (
        '| 1 | 33.0 | 66.0 | 0.450 |' in text and '| 3 | 35.0 | 70.0 | 0.400 |' in text
    )
    assert 'Not finished, and so not in here: efflite0_lsp100_dual/seed0' in text
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
    page = write_report(read_results(plan), tmp_path, 'study', Extras())
    text = page.with_suffix('.md').read_text()
    assert 'Ablation' not in text and 'Difficulty' not in text
    assert 'Values of heatmaps' not in text and 'None of the comparisons' in text


def test_measured_responses_replace_logged_ones(results, tmp_path):
    measured = {}
    for one in results.methods:
        for trial in one.trials:
            bins = {f'collapse/hist_{i}': value for i, value in enumerate(GT)}
            truth = {f'collapse/gt_hist_{i}': value for i, value in enumerate(GT)}
            measured[trial] = {MONITOR: 0.125, **bins, **truth}
    page = write_report(results, tmp_path, 'study', Extras(heatmaps=measured))
    text = page.with_suffix('.md').read_text()
    assert '| Supervised |  | 2 | 31.0 (30.0 to 32.0) |' in text
    assert text.count('0.125 (0.125 to 0.125) |') == 3


def test_tables():
    assert table(['a', 'b'], [('1', '2')]) == '| a | b |\n| --- | --- |\n| 1 | 2 |'
