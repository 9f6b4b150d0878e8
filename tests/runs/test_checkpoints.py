"""Finding the newest whole checkpoint of a work dir."""

import json
import os

import torch

from semi_pose.runs import newest_checkpoint
from semi_pose.runs.checkpoints import best_checkpoint, chosen_checkpoint, is_whole


def write(folder, name, age, torn=False):
    path = folder / name
    torch.save({'weight': torch.rand(1000)}, path)
    if torn:
        path.write_bytes(path.read_bytes()[:-100])
    os.utime(path, (1e9 - age, 1e9 - age))
    return str(path)


def test_no_checkpoint(tmp_path):
    assert newest_checkpoint(tmp_path) == (None, [])
    assert newest_checkpoint(tmp_path / 'none') == (None, [])


def test_the_one_named_comes_first(tmp_path):
    named = write(tmp_path, 'epoch_1.pth', age=9)
    write(tmp_path, 'epoch_2.pth', age=1)
    (tmp_path / 'last_checkpoint').write_text(named)
    assert newest_checkpoint(tmp_path) == (named, [])


def test_torn_ones_are_left_out_and_told(tmp_path):
    whole = write(tmp_path, 'epoch_1.pth', age=9)
    torn = [write(tmp_path, f'epoch_{4 - n}.pth', age=n, torn=True) for n in (1, 2)]
    (tmp_path / 'last_checkpoint').write_text(torn[0])
    assert newest_checkpoint(tmp_path) == (whole, torn)


def test_an_empty_name_and_one_that_is_gone(tmp_path):
    whole = write(tmp_path, 'iter_5.pth', age=9)
    for name in ('', f'{tmp_path}/iter_6.pth'):
        (tmp_path / 'last_checkpoint').write_text(name)
        assert newest_checkpoint(tmp_path)[0] == whole


def test_best_checkpoints_cannot_be_gone_on_from(tmp_path):
    write(tmp_path, 'best_coco_AP_epoch_2.pth', age=1)
    assert newest_checkpoint(tmp_path) == (None, [])


def test_a_changed_byte_is_found(tmp_path):
    path = tmp_path / 'epoch_1.pth'
    write(tmp_path, path.name, age=1)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert not is_whole(path)


def test_the_best_one_and_its_metric(tmp_path):
    newest = write(tmp_path, 'iter_6.pth', age=1)
    assert best_checkpoint(tmp_path) is None
    assert chosen_checkpoint(tmp_path) == newest
    best = write(tmp_path, 'best_coco_AP_iter_4.pth', age=5)
    write(tmp_path, 'best_coco_AP_iter_6.pth', age=2, torn=True)
    log = tmp_path / '1/vis_data/scalars.json'
    log.parent.mkdir(parents=True)
    records = [{'step': 4, 'loss': 1}, {'step': 4, 'coco/AP': 0.3}]
    log.write_text('\n'.join(map(json.dumps, records)))
    found = best_checkpoint(tmp_path)
    assert (str(found.path), *found[1:]) == (best, 'coco/AP', 'iter 4', 0.3)
    assert chosen_checkpoint(tmp_path) == best


def test_a_copy_has_its_own(tmp_path):
    old, new = tmp_path / 'old', tmp_path / 'new'
    for folder in (old, new):
        folder.mkdir()
        write(folder, 'iter_1.pth', age=1)  # copied last
        named = write(folder, 'iter_2.pth', age=9)
        (folder / 'last_checkpoint').write_text(str(old / 'iter_2.pth'))
    write(old, 'iter_3.pth', age=0)
    (old / 'last_checkpoint').write_text(str(old / 'iter_3.pth'))
    assert newest_checkpoint(new) == (named, [])


def test_checkpoints_that_lie_elsewhere(tmp_path):
    (tmp_path / 'out').mkdir()
    (tmp_path / 'run').mkdir()
    path = write(tmp_path / 'out', 'iter_1.pth', age=1)
    (tmp_path / 'run/last_checkpoint').write_text(path)
    assert newest_checkpoint(tmp_path / 'run') == (path, [])
