"""Checkpoints that are whole or not there, through real runs."""

import errno
from shutil import copytree

import pytest

from semi_pose.engine.checkpoints import read_checkpoint
from semi_pose.engine.hooks import WholeCheckpointHook
from semi_pose.engine.whole_files import write_whole
from semi_pose.runs import newest_checkpoint

from ..helpers.runs import build_runner


def checkpointing(**changes):
    return dict(
        checkpoint=dict(
            type='CheckpointHook', by_epoch=False, interval=1, max_keep_ckpts=1
        )
        | changes
    )


def names(folder):
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / 'file'
    write_whole(path, b'first')

    def fail(*_):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr('os.fsync', fail)
    with pytest.raises(OSError, match='No space left') as error:
        write_whole(path, b'second')
    assert error.value.filename == str(path)
    assert path.read_bytes() == b'first'
    assert names(tmp_path) == {'file'}


def test_configs_that_name_mmengines_hook_get_it(synthetic_coco, tmp_path):
    runner = build_runner(synthetic_coco, tmp_path, default_hooks=checkpointing())
    assert any(type(hook) is WholeCheckpointHook for hook in runner.hooks)
    assert "type='CheckpointHook'" in runner.cfg.pretty_text


def test_the_number_of_checkpoints_is_limited(synthetic_coco, tmp_path):
    hooks = checkpointing(max_keep_ckpts=2)
    runner = build_runner(synthetic_coco, tmp_path, default_hooks=hooks)
    runner.train()
    assert {'iter_2.pth', 'iter_3.pth'} == {n for n in names(tmp_path) if '.pth' in n}
    assert (tmp_path / 'last_checkpoint').read_text() == str(tmp_path / 'iter_3.pth')


def test_what_was_left_unfinished_goes(synthetic_coco, tmp_path):
    (tmp_path / 'iter_1.pth.partial').write_bytes(b'half')
    runner = build_runner(synthetic_coco, tmp_path, default_hooks=checkpointing())
    runner.train()
    assert 'iter_1.pth.partial' not in names(tmp_path)


@pytest.mark.parametrize('last', [1, 2])
def test_the_only_checkpoint_goes_when_the_next_is_there(
    synthetic_coco, tmp_path, monkeypatch, last
):
    runner = build_runner(synthetic_coco, tmp_path, default_hooks=checkpointing())
    save = runner.save_checkpoint

    def die(out_dir, filename, *args, **options):
        if filename == f'iter_{last + 1}.pth':
            raise KeyboardInterrupt
        save(out_dir, filename, *args, **options)

    monkeypatch.setattr(runner, 'save_checkpoint', die)
    with pytest.raises(KeyboardInterrupt):
        runner.train()
    path = str(tmp_path / f'iter_{last}.pth')
    assert newest_checkpoint(tmp_path) == (path, [])
    assert (tmp_path / 'last_checkpoint').read_text() == path


def test_the_best_goes_when_the_better_is_known(synthetic_coco, tmp_path, monkeypatch):
    hooks = checkpointing(save_best='coco/AP', rule='greater', max_keep_ckpts=-1)
    loop = dict(type='IterBasedTrainLoop', max_iters=3, val_interval=1)
    options = dict(default_hooks=hooks, train_cfg=loop)
    runner = build_runner(synthetic_coco, tmp_path, **options)
    monkeypatch.setattr(
        'mmengine.evaluator.Evaluator.evaluate', lambda *_: {'coco/AP': runner.iter}
    )
    save, saved = runner.save_checkpoint, []

    def die(out_dir, filename, *args, **options):
        save(out_dir, filename, *args, **options)
        saved.append(filename)
        if filename == 'best_coco_AP_iter_3.pth':
            raise KeyboardInterrupt

    monkeypatch.setattr(runner, 'save_checkpoint', die)
    with pytest.raises(KeyboardInterrupt):
        runner.train()
    best = {name for name in names(tmp_path) if name.startswith('best')}
    assert best == {'best_coco_AP_iter_2.pth', 'best_coco_AP_iter_3.pth'}
    path, _ = newest_checkpoint(tmp_path)
    known = read_checkpoint(str(path))['message_hub']['runtime_info']
    assert (tmp_path / known['best_ckpt'].rsplit('/')[-1]).exists()


def test_a_copy_leaves_the_best_of_the_original_alone(
    synthetic_coco, tmp_path, monkeypatch
):
    steps = []  # accuracy rises with each
    monkeypatch.setattr(
        'mmengine.evaluator.Evaluator.evaluate',
        lambda *_: steps.append(0) or {'coco/AP': len(steps)},
    )
    hooks = checkpointing(save_best='coco/AP', rule='greater')

    def train(folder, last, **changes):
        loop = dict(type='IterBasedTrainLoop', max_iters=last, val_interval=1)
        options = dict(default_hooks=hooks, train_cfg=loop, **changes)
        build_runner(synthetic_coco, tmp_path / folder, **options).train()

    train('run', 2)
    copytree(tmp_path / 'run', tmp_path / 'copy')
    train('copy', 3, resume=True, load_from=str(tmp_path / 'copy/iter_2.pth'))
    best = [
        {name for name in names(tmp_path / folder) if name.startswith('best')}
        for folder in ('run', 'copy')
    ]
    assert best == [{f'best_coco_AP_iter_{step}.pth'} for step in (2, 3)]


def test_a_validation_alone_needs_no_folder_of_checkpoints(synthetic_coco, tmp_path):
    runner = build_runner(synthetic_coco, tmp_path)
    assert 'coco/AP' in runner.val()
