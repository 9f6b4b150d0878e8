import time
from pathlib import Path

import pytest

from semi_pose.analysis import Run, read_scalars
from semi_pose.errors import UserError

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


def test_a_run_cut_off_in_its_last_validation_begins_anew(make_run):
    run = make_run()
    run.train(lambda records: None)
    log = next(run.folder.glob('*/vis_data/scalars.json'))
    log.write_text(''.join(log.read_text().splitlines(keepends=True)[:-1]))
    assert run.metrics() is None
    run.train(lambda records: None)
    assert run.log.read_text() == 'went from 0 to 4\n'
    assert run.metrics()['coco/AP'] == 4


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
    scheduler = own.cfg.param_scheduler[0]
    milestones = ','.join(str(10 * step) for step in scheduler.milestones)
    assert f'param_scheduler.0.milestones=[{milestones}]' in options
    assert f'train_cfg.max_iters={10 * own.steps}' in options
    (number,) = (i for i, hook in enumerate(own.cfg.custom_hooks) if 'warmup' in hook)
    warmup = own.cfg.custom_hooks[number].warmup
    assert f'custom_hooks.{number}.warmup={10 * warmup}' in options
    assert run.cfg.custom_hooks[number].warmup == 10 * warmup
    assert run.checkpoint.name == f'iter_{10 * own.steps}.pth'


def test_at_least_one_step(make_run):
    with pytest.raises(UserError, match='--steps is 0'):
        make_run(steps=0)
