import math

import pytest
from mmpose.datasets.datasets import CocoDataset

from semi_pose.datasets import UnlabeledDataset
from semi_pose.errors import UserError
from semi_pose.study.estimate import (
    check_labels,
    duration,
    estimate_all,
    length,
    step_flops,
    steps_per_pass,
)

from ..helpers.studies import ROOT, log_run, lsp, planner


@pytest.fixture
def planned(tmp_path):
    plan = planner(tmp_path, steps=10)
    recipes = [(lsp('supervised'), [0, 1]), (lsp('dual'), [0])]
    return plan.plan(recipes, {})


def test_the_logged_time_of_like_runs_and_the_speed_that_they_reached(planned):
    found, like, dual = planned.trials
    log_run(
        found,
        [
            dict(step=5, loss=1, time=0.2),
            dict(step=10, loss=1, time=0.4),
            # The time of a validation is no step's.
            {'step': 10, 'coco/AP': 0.1, 'time': 100.0},
        ],
    )
    estimates = estimate_all(planned, tflops=1)
    assert estimates[found] == (0, '')
    assert estimates[like].seconds == pytest.approx(10 * 0.3)
    # 2 networks of 11 forwards against 3; the first layer has no gradient of its input.
    ratio = step_flops(dual.run.cfg) / step_flops(found.run.cfg)
    assert 22 / 3 < ratio < 7.5
    assert estimates[dual].seconds == pytest.approx(10 * 0.3 * ratio)
    assert 'of found runs' in estimates[dual].source


def test_a_named_speed_where_nothing_is_found(planned):
    planned.trials.pop()
    estimates = estimate_all(planned, tflops=0.5)
    seconds = 10 * step_flops(planned.trials[0].run.cfg) / 0.5e12
    for estimate in estimates.values():
        assert estimate.seconds == pytest.approx(seconds)
        assert estimate.source == 'arithmetic at 0.5 TFLOPS'


def test_only_what_is_left_counts(planned):
    _, like, dual = planned.trials
    log_run(like, [dict(step=8, loss=1, time=1.0)])
    planned.trials.remove(dual)
    assert estimate_all(planned, tflops=1)[like].seconds == pytest.approx(2)


def test_labels_that_are_not_made_yet_count_as_the_people(tmp_path, synthetic_coco):
    options = {
        'train_dataloader.batch_size': 7,
        'train_dataloader.dataset.datasets.0.times': 2,
        'train_dataloader.dataset.datasets.0.dataset.indices': 9,
    }
    plan = planner(tmp_path, data_root=synthetic_coco, steps=None, options=options)
    recipe = ROOT / 'configs/semi/res18_coco1k_pseudo.py'
    (student,) = plan.plan([(recipe, [0])], {}).trials[1:]
    labels = student.pseudo_labels.file
    source = synthetic_coco / 'annotations/person_keypoints_train2017.json'
    people = len(UnlabeledDataset(str(source), only_annotated=True))
    assert steps_per_pass(student.run) == math.ceil((2 * 9 + people) / 7)
    labels.parent.mkdir(parents=True)
    made = source.read_text().replace('"file_name": "', '"file_name": "train2017/')
    labels.write_text(made)
    made = len(CocoDataset(str(source), pipeline=[]))
    assert steps_per_pass(student.run) == math.ceil((2 * 9 + made) / 7)


def test_more_labels_than_there_are(tmp_path, synthetic_coco):
    recipe = ROOT / 'configs/semi/res18_coco1k_dual.py'
    plan = planner(tmp_path, data_root=synthetic_coco, steps=None)
    source = synthetic_coco / 'annotations/person_keypoints_train2017.json'
    people = len(CocoDataset(str(source), pipeline=[]))
    options = {'train_dataloader.dataset.labeled.indices': 2}
    plan.options = options
    check_labels(plan.plan([(recipe, [0])], dict(labels=[people])))
    with pytest.raises(UserError, match=f'has {people} people with joints'):
        check_labels(plan.plan([(recipe, [0])], dict(labels=[people + 1])))


def test_words(planned):
    assert length(planned.trials[0].run) == '10 steps'
    texts = [duration(seconds) for seconds in (12, 600, 7200)]
    assert texts == ['12 s', '10 min', '2.0 h']
