import json
import sys
import time
from copy import deepcopy
from importlib import import_module
from pathlib import Path

import pytest

from semi_pose.errors import UserError
from semi_pose.recipes.data_root import set_data_root
from semi_pose.recipes.layouts import use_data
from semi_pose.runs import Run
from semi_pose.runs import run as runs
from semi_pose.runs.logs import in_steps, network_metrics, read_scalars
from semi_pose.runs.run import end_of_log, follow

from ..helpers.studies import write_split

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / 'configs/demo/efflite0_demo_dual.py'
# Stands for tools/train.py: goes on from the last step, as far as asked.
FAKE = """
import json, pathlib, sys, time
work_dir = pathlib.Path(sys.argv[sys.argv.index('--work-dir') + 1])
assert '--resume' in sys.argv
parts = sorted(work_dir.glob('*/vis_data'))
log = work_dir / str(len(parts)) / 'vis_data' / 'scalars.json'
log.parent.mkdir(parents=True)
begin = len(list(work_dir.glob('iter_*.pth'))) * 2
for step in range(begin + 1, {until} + 1):
    record = dict(step=step, loss=1.0)
    log.open('a').write(json.dumps(record) + chr(10))
    if step % 2 == 0:
        (work_dir / f'iter_{{step}}.pth').write_text('weights')
        log.open('a').write(json.dumps({{'step': step, 'coco/AP': step}}) + chr(10))
print('went from', begin, 'to', {until})
{end}
"""


@pytest.fixture
def make_run(tmp_path):
    def make(until=4, end='', steps=4):
        tool = tmp_path / 'tool.py'
        tool.write_text(FAKE.format(until=until, end=end))
        return Run(tool, RECIPE, tmp_path / 'run', tmp_path / 'data', steps)

    return make


def test_trains_once(make_run):
    seen = []
    run = make_run()
    assert run.metrics() is None
    run.train(seen.append)
    assert run.metrics() == {'step': 4, 'coco/AP': 4}
    assert seen[-1] == read_scalars(run.folder)
    run.train(seen.append)
    assert run.log.read_text().count('went from') == 1


def test_goes_on_where_it_stopped(make_run):
    with pytest.raises(UserError):
        make_run(until=2, end='sys.exit(1)').train(lambda records: None)
    run = make_run()
    run.train(lambda records: None)
    assert 'went from 2 to 4' in run.log.read_text()
    assert [one['step'] for one in read_scalars(run.folder)] == [1, 2, 2, 3, 4, 4]


def test_a_run_cut_off_in_its_last_validation_goes_back_before_it(make_run):
    run = make_run()
    run.train(lambda records: None)
    log = next(run.folder.glob('*/vis_data/scalars.json'))
    log.write_text(''.join(log.read_text().splitlines(keepends=True)[:-1]))
    assert run.metrics() is None
    run.train(lambda records: None)
    assert run.log.read_text() == 'went from 0 to 4\nwent from 2 to 4\n'
    assert run.metrics()['coco/AP'] == 4


def test_what_another_process_trains_stays(make_run, monkeypatch):
    run = make_run()
    run.folder.mkdir()
    run.checkpoint.write_text('weights')

    def refuse(folder):
        raise UserError(f'Another run writes into {folder}')

    monkeypatch.setattr(runs, 'check_unlocked', refuse)
    for change in (run.prepare, run.remove):
        with pytest.raises(UserError, match='Another run'):
            change()
        assert run.checkpoint.exists()
    monkeypatch.undo()
    run.remove()
    assert not run.folder.exists()


def test_a_failure_names_the_log_and_quotes_its_end(make_run):
    run = make_run(until=1, end='sys.exit("error: no such data")')
    with pytest.raises(UserError, match='error: no such data') as error:
        run.train(lambda records: None)
    assert str(run.log) in str(error.value)


def test_an_interruption_takes_the_training_along(make_run, tmp_path):
    run = make_run(until=1, end='time.sleep(60)')

    def interrupt(records):
        if records:
            raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run.train(interrupt)
    assert time.monotonic() - start < 30
    assert run.metrics() is None


def test_the_schedule_is_scaled_to_the_steps(make_run):
    own = make_run(steps=None)
    assert own.settings == {} and '--cfg-options' not in own.command
    run = make_run(steps=10 * own.steps)
    options = run.command[run.command.index('--cfg-options') + 1 :]
    assert f'param_scheduler.0.T_max={10 * own.steps}' in options
    assert f'train_cfg.max_iters={10 * own.steps}' in options
    warmup = own.cfg.model.consistency_head.warmup
    assert f'model.consistency_head.warmup={10 * warmup}' in options
    assert run.cfg.model.consistency_head.warmup == 10 * warmup
    assert run.checkpoint.name == f'iter_{10 * own.steps}.pth'


def test_milestones_are_scaled_to_the_steps(tmp_path):
    recipe = tmp_path / 'recipe.py'
    falls = dict(type='MultiStepLR', milestones=[700, 900], by_epoch=False)
    recipe.write_text(
        f"_base_ = '{ROOT}/configs/lsp/efflite0_lsp20_supervised.py'\n"
        f'param_scheduler = [{falls}]\n'
    )
    run = Run(tmp_path / 'tool.py', recipe, tmp_path / 'run', None, steps=120)
    assert run.cfg.param_scheduler[0].milestones == [84, 108]


def test_at_least_one_step(make_run):
    with pytest.raises(UserError, match='--steps is 0'):
        make_run(steps=0)


EPOCHS = ROOT / 'configs/semi/res18_coco1k_dual.py'


def epoch_run(tmp_path, **options):
    options = {'train_cfg.max_epochs': 2, **options}
    return Run(tmp_path / 'tool.py', EPOCHS, tmp_path / 'run', None, options=options)


# As MMEngine logs 5 steps an epoch every 2 steps; validations by epoch.
EPOCH_LOG = [
    dict(step=2, iter=2, epoch=1, loss=1),
    dict(step=4, iter=4, epoch=1, loss=1),
    {'step': 1, 'coco/AP': 0.1},
    dict(step=7, iter=7, epoch=2, loss=1),
    dict(step=9, iter=9, epoch=2, loss=1),
    {'step': 2, 'coco/AP': 0.2},
]


def write_log(run, records):
    log = run.folder / '1/vis_data/scalars.json'
    log.parent.mkdir(parents=True)
    log.write_text('\n'.join(map(json.dumps, records)))


def test_a_run_of_epochs(tmp_path):
    run = epoch_run(tmp_path)
    assert (run.unit, run.steps, run.checkpoint.name) == ('epoch', 2, 'epoch_2.pth')
    assert 'train_cfg.max_epochs=2' in run.command
    assert '--data-root' not in run.command
    write_log(run, EPOCH_LOG)
    assert run.metrics() is None
    run.checkpoint.write_text('weights')
    assert run.metrics() == {'step': 2, 'coco/AP': 0.2}
    assert run.progress(EPOCH_LOG[:2]) == 1


def test_epochs_become_steps():
    steps = [one['step'] for one in in_steps(EPOCH_LOG)]
    # The last logged step of epoch 2, 9 of 10, rounds up to 5 steps an epoch.
    assert steps == [2, 4, 5, 7, 9, 10]
    by_step = [dict(step=3, iter=3, loss=1), {'step': 4, 'coco/AP': 0.1}]
    assert in_steps(by_step) == by_step


def test_steps_of_a_recipe_of_epochs_are_refused(tmp_path):
    with pytest.raises(UserError, match='counts epochs'):
        Run(tmp_path / 'tool.py', EPOCHS, tmp_path / 'run', None, steps=3)


def test_metrics_by_network():
    record = {'step': 1, 'coco/AP': 0.3, 'coco/AP .5': 0.6, 'lsp/PCK': 0.7}
    assert network_metrics(record) == dict(net1=dict(AP=0.3, PCK=0.7))
    record |= {'net1/coco/AP': 0.3, 'ema/coco/AP': 0.4, 'ema/lsp/PCK': 0.8}
    assert network_metrics(record) == dict(net1=dict(AP=0.3), ema=dict(AP=0.4, PCK=0.8))
    mpii = {'PCK': 88.0, 'PCK@0.1': 30.0, 'Head PCK': 96.0}
    assert network_metrics(mpii) == dict(net1=dict(PCK=pytest.approx(0.88)))


def test_settings_of_the_command_line(tmp_path):
    options = {
        'model.consistency_head.weight': 0.1,
        'train_dataloader.dataset.ann_file': 'with space/a.json',
    }
    run = Run(tmp_path / 'tool.py', RECIPE, tmp_path / 'run', None, options=options)
    assert run.cfg.model.consistency_head.weight == 0.1
    assert 'train_dataloader.dataset.ann_file=with space/a.json' in run.command
    with pytest.raises(UserError, match='does not take'):
        Run(
            tmp_path / 'tool.py',
            RECIPE,
            tmp_path / 'run',
            None,
            options={'custom_hooks.9.weight': 1},
        )


def test_other_settings_are_told(make_run, tmp_path):
    run = make_run()
    assert run.differences() == []
    run.folder.mkdir()
    changed = run.cfg.copy()
    changed.data_root = 'elsewhere'  # of no effect by itself
    changed.dump(run.recorded)
    assert run.differences() == []
    run.cfg.model.hard_pipeline[0].num_joints = 1
    run.cfg.custom_hooks = [*run.cfg.custom_hooks, dict(type='CollapseMonitor')]
    assert run.differences() == ['model.hard_pipeline.0.num_joints: 3, now 1']
    here, there = tmp_path / 'data', tmp_path / 'other'
    for folder in (here, there):
        folder.mkdir()
    run.cfg.model.hard_pipeline[0].num_joints = 3
    set_data_root(run.cfg, str(there))
    run.cfg.dump(run.recorded)
    assert run.data_root == here
    assert any(str(there) in line for line in run.differences())


def test_threads_are_shared_out(tmp_path):
    names = 'OMP_NUM_THREADS', 'OMP_WAIT_POLICY'
    command = [sys.executable, '-c', f'import os; print(*map(os.environ.get, {names}))']
    log = tmp_path / 'log'
    assert follow(command, log, lambda: None, threads=7) == 0
    assert log.read_text() == '7 PASSIVE\n'
    assert end_of_log(log).endswith('ends:\n7 PASSIVE')


def test_a_split_is_no_other_setting(tmp_path):
    root = tmp_path / 'split'
    write_split(root)
    run = Run(tmp_path / 'tool.py', RECIPE, tmp_path / 'run', root, steps=4)
    run.folder.mkdir()
    run.fitted().dump(run.recorded)  # as the training tool does
    assert run.differences() == []
    assert run.fitted().train_dataloader.dataset.labeled.ann_file == str(
        root / 'annotations/train.json'
    )
    run.cfg.model.hard_pipeline[0].num_joints = 1
    assert run.differences() == ['model.hard_pipeline.0.num_joints: 3, now 1']


def test_the_small_layout_is_no_setting_but_other_labels_are(tmp_path, synthetic_coco):
    root = tmp_path / 'mine'
    (root / 'annotations').mkdir(parents=True)
    (root / 'images').symlink_to(synthetic_coco / 'train2017')
    source = synthetic_coco / 'annotations/person_keypoints_train2017.json'
    mine = root / 'annotations/person_keypoints.json'
    mine.write_text(source.read_text())
    run = Run(tmp_path / 'tool.py', EPOCHS, tmp_path / 'run', root)
    run.folder.mkdir()
    fitted = run.fitted()
    assert not (run.folder / 'splits').exists()
    cfg = deepcopy(run.cfg)  # as the training tool does
    cfg.work_dir = str(run.folder)
    assert 'has no split' in use_data(cfg, root)
    assert cfg.train_dataloader == fitted.train_dataloader
    cfg.dump(run.recorded)
    assert run.differences() == []
    (split,) = run.folder.glob('splits/*')
    written = (split / 'person_keypoints_val.json').read_bytes()
    mine.write_text(f'{mine.read_text()} ')
    assert 'train_dataloader' in run.differences()[0]
    other = deepcopy(run.cfg)
    other.work_dir = str(run.folder)
    use_data(other, root)
    assert len([*run.folder.glob('splits/*')]) == 2
    assert (split / 'person_keypoints_val.json').read_bytes() == written


def test_pseudo_labels_are_settings_but_not_where_they_are(tmp_path):
    recipe = ROOT / 'configs/lsp/efflite0_lsp20_distill.py'
    place = 'train_dataloader.dataset.datasets.1.ann_file'

    def run(file, key='made', **options):
        files = {key: {place: file, 'pseudo.ann_file': file, **options}}
        folder = tmp_path / 'run'
        return Run(tmp_path / 'tool.py', recipe, folder, tmp_path, **files)

    first = run('a.json')
    first.folder.mkdir()
    first.cfg.dump(first.recorded)
    assert run('b.json').differences() == []
    (told,) = run('b.json', 'options').differences()
    assert told.startswith(place) and told.endswith('now b.json')
    again = run('a.json')
    again.cfg.pseudo_labels.teachers = ['elsewhere/efflite0_lsp20_supervised.py@0,1,2']
    assert again.differences() == []
    again.cfg.pseudo_labels.score_thr = 0.5
    assert again.differences() == ['pseudo_labels.score_thr: not set, now 0.5']


@pytest.mark.parametrize(
    'value',
    ['a b/c, d.json', "it's", 'plain.json', [1, 2.5], [['a b', None]], True, 3, 1e-3],
)
def test_the_tool_reads_settings_as_they_are(tmp_path, monkeypatch, value):
    monkeypatch.syspath_prepend(str(ROOT / 'tools'))
    arguments = import_module('arguments')
    run = Run(
        tmp_path / 'tool.py', EPOCHS, tmp_path / 'run', None, options={'x.y': value}
    )
    parser = arguments.make_parser('', '')
    args = arguments.parse(parser, [run.cfg.filename, *run.command[-2:]])
    assert args.cfg_options == {'x.y': value}
