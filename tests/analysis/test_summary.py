"""The summary of a run shows what the run has logged and what its networks predict."""

import base64
import logging
import re

import cv2
import numpy as np
import pytest
from mmpose.registry import DATASETS

from semi_pose.analysis import summary
from semi_pose.analysis.accuracy import evaluate_people, person_table
from semi_pose.analysis.networks import load_networks
from semi_pose.errors import UserError
from semi_pose.evaluation.samples import seeded_batches
from semi_pose.recipes.reading import recorded_config
from semi_pose.runs.checkpoints import best_checkpoint, chosen_checkpoint
from semi_pose.runs.logs import network_metrics, read_scalars

LARGEST = 1_000_000  # bytes


@pytest.fixture(scope='module')
def page(finished):
    return (finished / 'summary.html').read_text()


@pytest.fixture(scope='module')
def text(finished):
    return (finished / 'summary.md').read_text()


def test_the_page_needs_no_other_file(page):
    assert len(page) < LARGEST
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert sources and all(one.startswith('data:') for one in sources)
    assert 'http' not in page and '<script' not in page
    assert not re.search('{[{%]', page)


def test_numbers_of_people_and_metrics(finished, page, text):
    for words in (page, text):
        assert 'person_keypoints_val2017.json' in words
    cells = [
        re.split(r' *\| *', line)[1:-1] for line in text.splitlines() if '|' in line
    ]
    counts = {row[0]: row[1] for row in cells if row[0] in ('labeled', 'unlabeled')}
    assert counts['labeled'] == '8' and int(counts['unlabeled']) > 8
    last = read_scalars(finished)[-1]
    for name, values in network_metrics(last).items():
        title = summary.member_title(name)
        (row,) = [one for one in cells if one[0] == title]
        shown = [f'{100 * values[metric]:.1f}' for metric in ('AP', 'AR', 'PCK')]
        assert row[1::2] == shown


def test_the_verdict_is_the_monitors(finished, text):
    last = [one for one in read_scalars(finished) if 'collapse/response' in one][-1]
    lowest = min(last['collapse/net1/response'], last['collapse/net2/response'])
    assert f'is {lowest:.3f}' in text
    # Three steps teach nothing.
    assert 'show no joints yet' in text and '**' not in text


def test_a_collapse_is_told_unless_the_run_has_labels_alone(finished):
    cfg = recorded_config(finished)
    peaks = {'collapse/labeled_response': 0.8, 'collapse/response': 0.2}
    start = {'collapse/labeled_response': 9.0, 'collapse/response': 9.0, 'step': 0}
    records = [start, {**peaks, 'step': 5}]
    assert summary.judge(cfg, records, None, None) == (
        True,
        'The heatmaps have collapsed: the mean peak on unlabeled images is 0.200, 25% '
        'of the 0.800 that labeled images show (docs/collapse.md).',
    )
    cfg.custom_hooks[1].ratio = 0.2
    assert not summary.judge(cfg, records, None, None)[0]
    cfg.custom_hooks[1].ratio = 0.5
    cfg.train_dataloader.dataset = cfg.train_dataloader.dataset.labeled
    collapsed, said = summary.judge(cfg, records, None, None)
    assert not collapsed and 'labels alone' in said
    assert 'not measured' in summary.judge(cfg, [{'step': 1}], None, None)[1]


def test_best_and_worst_people_of_each_network(finished, page):
    cfg = recorded_config(finished)
    model = load_networks(cfg, chosen_checkpoint(finished))
    people = DATASETS.build(cfg.val_dataloader.dataset)
    batches = seeded_batches(people, summary.NUM_PEOPLE, summary.SEED)
    found = person_table(evaluate_people(model, batches, people.metainfo).joints)
    parts = page.split('<details')[1:]
    titles = [re.search('<summary>([^:]*):', part)[1] for part in parts]
    assert titles == ['network 1', 'network 2', 'ensemble']
    for name, part in zip(('net1', 'net2', 'ensemble'), parts, strict=True):
        shown = [float(n) for n in re.findall(r'<figcaption>\S+: OKS ([\d.]+)', part)]
        ranked = found.loc[name].OKS.sort_values(ascending=False).round(2).tolist()
        number = len(shown) // 2
        assert number == min(4, len(ranked) // 2)
        assert shown[:number] == pytest.approx(ranked[:number])
        assert shown[number:] == pytest.approx(ranked[::-1][:number])


def test_pictures_show_two_poses_on_one_cut(page):
    jpegs = re.findall(r'src="data:image/jpeg;base64,([^"]*)"', page)
    assert len(jpegs) >= 6
    for one in jpegs[:3]:
        data = np.frombuffer(base64.b64decode(one), np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
        left, right = picture[:, : picture.shape[1] // 2 - 2], picture[:, -1:]
        assert left.std() > 5 and right.size
        half = left.shape[1]
        assert np.abs(left.astype(int) - picture[:, -half:]).max() > 50


def test_commands_name_the_files(finished, text):
    config, best = next(finished.glob('*.py')), best_checkpoint(finished)
    assert f'test.py {config} {best.path}' in text
    assert f'--work-dir {finished} --resume' in text
    assert best.path.name in text and best.metric == 'coco/PCK'


def test_a_failure_is_one_warning(finished, monkeypatch):
    def fail(*_):
        raise RuntimeError('no ink')

    said = []
    monkeypatch.setattr(summary, 'write_summary', fail)
    monkeypatch.setattr(
        summary, 'print_log', lambda text, _, level: said.append((text, level))
    )
    assert summary.try_summary(str(finished)) is None
    ((text, level),) = said
    assert level == logging.WARNING
    assert 'no ink' in text and str(finished) in text


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(UserError, match='holds no config of a run'):
        summary.write_summary(recorded_config(tmp_path), tmp_path)
