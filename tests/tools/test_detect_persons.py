"""detect_persons.py: what it writes, and that it goes on after an interruption."""

import json

import cv2
import numpy as np
import pytest

from semi_pose import detection
from semi_pose.datasets import UnlabeledDataset


class BrightBox:
    """Finds the bright part of a picture twice, surely and hardly."""

    def __init__(self):
        self.seen = 0
        self.last = None

    def __call__(self, picture):
        if self.seen == self.last:
            raise KeyboardInterrupt
        self.seen += 1
        rows, columns = np.nonzero(picture[..., 0] > 200)
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        return np.array([[*box, 0.9], [*box, 0.3]], np.float32)


@pytest.fixture
def detector(monkeypatch):
    found = BrightBox()
    monkeypatch.setattr(detection, 'torchvision_detector', lambda *args: found)
    return found


@pytest.fixture
def folder(tmp_path):
    """Five pictures of a bright box each, and a broken one."""
    folder = tmp_path / 'photos'
    folder.mkdir()
    for number in range(5):
        picture = np.zeros((40, 60, 3), np.uint8)
        picture[5 : 25 + number, 10:30] = 255
        cv2.imwrite(str(folder / f'{number}.png'), picture)
    (folder / 'broken.jpg').write_bytes(b'no picture')
    return folder


@pytest.fixture
def call(printed_by, detector, folder, tmp_path):
    """Run the tool on the folder; returns what it prints."""

    def run(*options, source=(folder,), weights=('--random-weights',), status=0):
        command = [*source, '--out', tmp_path / 'boxes.json', *options]
        if weights:
            command += ['--detector', 'any', *weights]
        return printed_by('dataset/detect_persons.py', *command, status=status)

    return run


def records(tmp_path, folder):
    dataset = UnlabeledDataset(
        'boxes.json', data_root=tmp_path, data_prefix=dict(img=str(folder))
    )
    return [dataset.get_data_info(index) for index in range(len(dataset))]


def test_its_file_is_an_unlabeled_set(call, folder, tmp_path):
    printed = call()
    people = records(tmp_path, folder)
    assert [one['img_path'] for one in people] == [
        f'{folder}/{i}.png' for i in range(5)
    ]
    for number, one in enumerate(people):
        np.testing.assert_array_equal(one['bbox'], [[10, 5, 30, 25 + number]])
        assert one['bbox_score'] == np.float32(0.9) and one['img_shape'] == (40, 60)
    assert '5 people in 5 of 5 pictures, with a score of 0.5 or more' in printed
    assert '1 skipped, no pictures: broken.jpg' in printed
    assert (
        f"ann_file='{tmp_path}/boxes.json', data_prefix=dict(img='{folder}/')"
        in printed
    )
    assert 'Detecting people 6/6' in printed
    assert not list(tmp_path.glob('*.journal'))
    images = json.loads((tmp_path / 'boxes.json').read_text())['images']
    assert [one['file_name'] for one in images] == [f'{i}.png' for i in range(5)]


def test_the_threshold_counts(call, folder, tmp_path):
    call('--score-thr', 0.2)
    assert len(records(tmp_path, folder)) == 10
    printed = call('--score-thr', 0.95, '--fresh')
    assert '0 people' in printed and 'Next: lower --score-thr' in printed


def test_an_interrupted_run_goes_on(call, detector, folder, tmp_path):
    call()
    whole = (tmp_path / 'boxes.json').read_bytes()
    (tmp_path / 'boxes.json').unlink()
    detector.seen, detector.last = 0, 3
    assert 'the same command goes on' in call(status=130)
    assert not (tmp_path / 'boxes.json').exists()
    journal = tmp_path / 'boxes.json.journal'
    journal.write_bytes(journal.read_bytes() + b'{"file_na')
    assert '--fresh' in call('--score-thr', 0.4, status=1)
    detector.last = None
    assert 'Going on after 3 pictures' in call()
    assert detector.seen == 5
    assert (tmp_path / 'boxes.json').read_bytes() == whole


def test_an_interrupted_fresh_run_goes_on(call, detector, tmp_path):
    call()
    detector.seen, detector.last = 0, 3
    call('--fresh', status=130)
    (tmp_path / 'boxes.json').write_text('old')
    detector.last = None
    assert 'Going on after 3 pictures' in call('--fresh')
    assert detector.seen == 5
    assert (tmp_path / 'boxes.json').read_text() != 'old'
    detector.seen = 0
    call('--fresh')  # nothing was interrupted
    assert detector.seen == 5


def test_a_file_that_is_there(call, tmp_path):
    (tmp_path / 'boxes.json').write_text('mine')
    assert 'exists: replace it by --fresh' in call(status=1)
    assert (tmp_path / 'boxes.json').read_text() == 'mine'


def test_videos_become_frames(call, tmp_path):
    paths = write_videos(tmp_path)
    printed = call('--fps', 4, source=paths)
    people = records(tmp_path, tmp_path / 'frames')
    assert [one['img_path'][-12:] for one in people] == [
        f'{name}/00000{number}.jpg' for name in 'ab' for number in (0, 4)
    ]
    assert f'4 frames are kept, in {tmp_path}/frames' in printed
    images = json.loads((tmp_path / 'boxes.json').read_text())['images']
    assert (images[2]['video'], images[3]['frame']) == ('b.avi', 4)


def test_frames_of_another_video_are_not_taken(call, detector, tmp_path):
    (tmp_path / 'day2').mkdir()
    first, _ = write_videos(tmp_path)
    _, second = write_videos(tmp_path / 'day2', shift=3)
    second = second.rename(tmp_path / 'day2/a.avi')
    call('--fps', 4, source=[first])
    frame = tmp_path / 'frames/a/000000.jpg'
    content = frame.read_bytes()
    (tmp_path / 'boxes.json').rename(tmp_path / 'day1.json')
    for _ in range(2):
        said = call('--fps', 4, source=[second], status=1)
        assert 'frames of a or of another video' in said
        assert frame.read_bytes() == content
    detector.seen, detector.last = 0, 1
    other = '--fps', 4, '--frames', tmp_path / 'frames2'
    call(*other, source=[second], status=130)
    detector.last = None
    assert 'Going on after 1 pictures' in call(*other, source=[second])
    call('--fps', 4, '--fresh', source=[second])
    assert frame.read_bytes() != content


def write_videos(folder, shift=0):
    """Two videos, a and b, of a box that jumps once."""
    paths = [folder / 'a.avi', folder / 'b.avi']
    for path, left in zip(paths, (5 + shift, 30 + shift), strict=True):
        code = cv2.VideoWriter_fourcc(*'MJPG')
        writer = cv2.VideoWriter(str(path), code, 4, (64, 48))
        for number in range(8):
            picture = np.zeros((48, 64, 3), np.uint8)
            top = 5 + 15 * (number // 4)
            picture[top : top + 20, left : left + 20] = 255
            writer.write(picture)
        writer.release()
    return paths


def test_sources_that_do_not_fit(call, folder, tmp_path):
    assert 'There is no' in call(source=[tmp_path / 'none'], status=1)
    (tmp_path / 'empty').mkdir()
    assert 'holds no picture' in call(source=[tmp_path / 'empty'], status=1)
    text = folder / 'text.mp4'
    text.write_text('no video')
    assert f'{text} cannot be read as a video' in call(source=[text], status=1)
    assert 'not both' in call(source=[text, folder], status=1)
    assert 'same name' in call(source=[text, text], status=1)


def test_options_that_do_not_fit(call):
    assert 'Name a detector' in call(weights=(), status=1)
    assert '--config goes with --checkpoint' in call(
        '--config', 'a.py', weights=(), status=1
    )
    assert '--detector needs weights' in call('--detector', 'any', weights=(), status=1)
    assert '--fps 0' in call('--fps', 0, status=1)
