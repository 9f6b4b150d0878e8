"""make_synthetic_people.py: what it writes, what it says, and its errors."""

import importlib.util
import json
import runpy
import sys
from pathlib import Path

import cv2
import pytest

from semi_pose.synthetic import draw_picture

SCRIPT = Path(__file__).parents[2] / 'tools' / 'dataset' / 'make_synthetic_people.py'


@pytest.fixture(scope='module')
def tool():
    spec = importlib.util.spec_from_file_location('make_synthetic_people', SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def options(folder, *more):
    counts = ['--num-train', '3', '--num-val', '2', '--size', '96', '128']
    return [str(folder), *counts, *more]


def test_writes_the_layout_of_coco(tool, tmp_path, capsys):
    folder = tmp_path / 'people'
    tool.main(options(folder))
    for split, count in (('train2017', 3), ('val2017', 2)):
        path = folder / 'annotations' / f'person_keypoints_{split}.json'
        names = [image['file_name'] for image in json.loads(path.read_text())['images']]
        assert sorted(p.name for p in (folder / split).iterdir()) == sorted(names)
        assert len(names) == count
    assert cv2.imread(str(folder / 'train2017/000000000001.jpg')).shape == (128, 96, 3)
    said = capsys.readouterr().out
    assert f'Wrote 5 pictures to {folder}' in said
    assert f'configs/demo/efflite0_demo_dual.py --data-root {folder}' in said


def test_the_seed_is_passed_on(tool, tmp_path):
    for seed in ('0', '0', '7'):
        tool.main(options(tmp_path / seed, '--seed', seed))
    name = 'val2017/000001000001.jpg'
    first, second = (tmp_path / seed / name for seed in ('0', '7'))
    assert first.read_bytes() != second.read_bytes()


def test_simple_pictures_are_asked_for(tool, tmp_path):
    tool.main(options(tmp_path, '--simple'))
    path = tmp_path / 'annotations/person_keypoints_train2017.json'
    people = json.loads(path.read_text())['annotations']
    drawn = [draw_picture('train2017', i, (96, 128), simple=True)[1] for i in range(3)]
    joints = [person['keypoints'] for (person,) in drawn]
    assert [person['keypoints'] for person in people] == joints


def test_a_mistake_ends_with_one_line_and_status_1(tmp_path, monkeypatch):
    (tmp_path / 'thesis.txt').write_text('mine')
    monkeypatch.setattr(sys, 'argv', [str(SCRIPT), *options(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name='__main__')
    # A text as exit code is printed, and the status is 1.
    assert 'thesis.txt: name another folder' in ended.value.code
    assert '\n' not in ended.value.code
    assert [path.name for path in tmp_path.iterdir()] == ['thesis.txt']
