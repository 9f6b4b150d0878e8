import json
import signal
import time

import pytest
from rich.console import Console

from semi_pose.cli.progress import progress_display
from semi_pose.errors import UserError
from semi_pose.runs.logs import read_scalars
from semi_pose.study.runs import newest_note, settle, train_all, train_and_show

from ..helpers.studies import derived, log_run, lsp, planner, write_tools


@pytest.fixture
def plan(tmp_path):
    write_tools(tmp_path)
    return planner(tmp_path).plan


def train(made, jobs=2):
    seen = []
    failures = train_all(
        made.trials, jobs, lambda *all_: seen.append(all_), seen.append
    )
    return failures, seen


def test_trains_what_is_not_trained(plan):
    made = plan([(lsp('supervised'), [0, 1])], {})
    failures, seen = train(made)
    assert failures == {} and all(trial.done for trial in made.trials)
    assert {one for one in seen if not isinstance(one, tuple)} == set(made.trials)
    train(made)
    for seed, trial in enumerate(made.trials):
        assert trial.run.log.read_text().count('trained') == 1
        first, last = read_scalars(trial.run.folder)
        assert last['coco/AP'] == seed / 10 and first['threads'] == 3


def test_a_failure_leaves_the_others_alone(plan):
    made = plan([(lsp('pseudo'), [13]), (lsp('supervised'), [0])], {})
    failures, _ = train(made, jobs=1)
    messages = {trial.name: str(error) for trial, error in failures.items()}
    assert set(messages) == {
        'efflite0_lsp20_supervised/seed13',
        'efflite0_lsp20_pseudo/seed13',
    }
    assert 'unlucky' in messages['efflite0_lsp20_supervised/seed13']
    assert 'teacher' in messages['efflite0_lsp20_pseudo/seed13']
    assert made.methods[1].trials[0].done


def test_pseudo_labels_are_made_by_the_teacher(plan, tmp_path):
    tta = 'pseudo_labels = dict(tta=True)'
    recipe = derived(tmp_path / 'one.py', 'pseudo', tta)
    made = plan([(recipe, [0])], {})
    failures, seen = train(made)
    assert failures == {}
    (student,) = made.methods[0].trials
    labels, (teacher,) = student.pseudo_labels.file, student.teachers
    config, checkpoint, *options = json.loads(labels.read_text())
    assert config == str(teacher.run.recorded)
    assert checkpoint == str(teacher.run.checkpoint)
    assert options[:2] == ['--unlabeled', str(recipe)]
    assert options[-3:] == ['--data-root', str(tmp_path / 'data'), '--tta']
    option = f'train_dataloader.dataset.datasets.1.ann_file={labels}'
    assert option in student.run.log.read_text()


def test_students_share_the_labels_of_several_teachers(plan, tmp_path):
    teachers = [f'{lsp("supervised")}@0,1']
    change = f'pseudo_labels = dict(teachers={teachers})'
    recipe = derived(tmp_path / 'several.py', 'distill', change)
    made = plan([(recipe, [0, 1])], {})
    assert train(made)[0] == {}
    first, second = made.methods[0].trials
    labels = first.pseudo_labels
    config, *checkpoints = json.loads(labels.file.read_text())[:3]
    assert config == str(labels.teachers[0].run.recorded)
    assert checkpoints == [str(one.run.checkpoint) for one in labels.teachers]
    assert labels.file.with_suffix('.log').read_text().count('labeled') == 1
    for trial in (first, second):
        assert str(labels.file) in trial.run.log.read_text()


def test_labels_that_are_there_are_not_made_again(plan):
    made = plan([(lsp('pseudo'), [0])], {})
    (student,) = made.methods[0].trials
    labels = student.pseudo_labels.file
    labels.parent.mkdir(parents=True)
    labels.write_text('mine')
    train(made)
    assert labels.read_text() == 'mine'


def test_labels_made_with_other_settings_are_made_again(plan, tmp_path):
    # The study was stopped before the student began.
    recipe = derived(tmp_path / 'one.py', 'pseudo', 'pseudo_labels = dict(tta=True)')
    made = plan([(recipe, [0])], {})
    assert train(made)[0] == {}
    (student,) = made.methods[0].trials
    labels = student.pseudo_labels
    student.run.remove()
    assert train(made)[0] == {}
    assert labels.file.with_suffix('.log').read_text().count('labeled') == 1
    student.run.remove()
    labels.settings = ['--scales', '1']
    assert train(made)[0] == {}
    assert json.loads(labels.file.read_text())[-2:] == ['--scales', '1']


@pytest.fixture
def _heard_signals():
    # Processes that a shell starts in the background ignore this signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures('_heard_signals')
def test_an_interruption_ends_all_runs(plan):
    made = plan([(lsp('supervised'), [60, 0])], {})
    seen = []

    def interrupt(trial, records, doing):
        seen.append(trial)
        if len(seen) > 2:
            signal.raise_signal(signal.SIGINT)

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        train_all(made.trials, 1, interrupt)
    assert time.monotonic() - start < 30
    assert not made.trials[1].run.folder.exists()


def test_a_log_has_a_line_of_each_run_that_ended(plan, capsys):
    made = plan([(lsp('supervised'), [0, 1])], {})
    with progress_display(Console()) as progress:
        assert train_and_show(made.trials, 2, progress) == {}
    lines = capsys.readouterr().out.splitlines()
    ended = {' '.join(line.split()) for line in lines if 'ended' in line}
    assert ended == {
        'efflite0_lsp20_supervised/seed0 ended AP 0.0',
        'efflite0_lsp20_supervised/seed1 ended AP 10.0',
    }
    assert any(line.startswith('runs 2/2') for line in lines)


def test_the_newest_note():
    records = [
        {'step': 1, 'response': 0.5},
        {'step': 2, 'coco/AP': 0.1, 'lsp/PCK': 0.2},
        {'step': 3, 'response': 0.25},
        {'step': 4, 'coco/AP': 0.3, 'lsp/PCK': 0.4},
    ]
    assert newest_note(records) == 'AP 30.0  PCK 40.0  response 0.25'
    assert newest_note([]) == ''


def test_runs_with_other_settings_are_not_taken(plan):
    made = plan([(lsp('supervised'), [0, 1])], {})
    for trial in made.trials:
        log_run(trial, [{'step': 2, 'coco/AP': 0.5}], config=True)
    settle(made.trials, fresh=False)
    trial = made.trials[1]
    trial.run.cfg.optim_wrapper.optimizer.lr = 0.5
    with pytest.raises(UserError, match='1 runs were .* other settings') as error:
        settle(made.trials, fresh=False)
    assert str(trial.run.folder) in str(error.value)
    assert 'optim_wrapper.optimizer.lr: 0.001, now 0.5' in str(error.value)
    settle(made.trials, fresh=True)
    assert [one.done for one in made.trials] == [True, False]


def test_students_of_other_teachers_start_afresh(plan):
    made = plan([(lsp('pseudo'), [0, 1])], {})
    students = made.methods[0].trials
    for trial in made.trials:
        log_run(trial, [{'step': 2, 'coco/AP': 0.5}], config=True)
    for trial in students:
        trial.pseudo_labels.file.write_text('made')
    students[1].teachers[0].run.cfg.optim_wrapper.optimizer.lr = 0.5
    settle(made.trials, fresh=True)
    assert [one.done for one in students] == [True, False]
    assert [one.pseudo_labels.file.exists() for one in students] == [True, False]


def test_all_that_came_of_other_teachers_goes(plan, tmp_path):
    teacher = lsp('supervised')
    for name, taught_by in (('child', f'{teacher}@0'), ('grandchild', 'child.py@0')):
        taught_by = str(tmp_path / taught_by)
        change = f'pseudo_labels = dict(teachers={[taught_by]})'
        derived(tmp_path / f'{name}.py', 'distill', change)
    recipes = [(tmp_path / f'{name}.py', [0]) for name in ('child', 'grandchild')]
    made = plan([(lsp('supervised'), [0, 1]), *recipes], {})
    for trial in made.trials:
        log_run(trial, [{'step': 2, 'coco/AP': 0.5}], config=True)
        if trial.pseudo_labels:
            trial.pseudo_labels.file.write_text('made')
    made.trials[0].run.cfg.optim_wrapper.optimizer.lr = 0.5
    settle(made.trials, fresh=True)
    assert [one.name for one in made.trials if one.done] == [
        'efflite0_lsp20_supervised/seed1'
    ]
    labeled = [one.pseudo_labels.file for one in made.trials if one.pseudo_labels]
    assert not any(file.exists() for file in labeled) and len(labeled) == 2


def test_labels_stay_where_only_the_student_is_another(plan):
    made = plan([(lsp('distill'), [0, 1])], {})
    first, second = made.methods[0].trials
    labels = first.pseudo_labels.file
    for trial in made.trials:
        log_run(trial, [{'step': 2, 'coco/AP': 0.5}], config=True)
    labels.write_text('made')
    second.run.cfg.optim_wrapper.optimizer.lr = 0.5
    settle(made.trials, fresh=True)
    assert (first.done, second.done, labels.exists()) == (True, False, True)
    first.run.cfg.pseudo_labels.score_thr = 0.5
    settle(made.trials, fresh=True)
    assert not first.done and not labels.exists()
    assert all(teacher.done for teacher in first.teachers)


def test_a_report_takes_runs_as_they_are(plan, tmp_path):
    (trial,) = plan([(lsp('supervised'), [0])], {}).trials
    log_run(trial, [{'step': 2, 'coco/AP': 0.5}], config=True)
    # The study asks for 4 steps, and the folder holds a run of 2.
    asked = planner(tmp_path, steps=4).plan([(lsp('supervised'), [0])], {})
    assert not asked.trials[0].done
    found = planner(tmp_path, steps=4, as_found=True)
    (taken,) = found.plan([(lsp('supervised'), [0])], {}).trials
    assert taken.done
    assert 'train_cfg.max_iters: 2, now 4' in taken.notes
