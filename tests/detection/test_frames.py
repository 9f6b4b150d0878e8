import cv2
import numpy as np
import pytest

from semi_pose.detection.frames import count_frames, extract_frames
from semi_pose.errors import UserError


@pytest.fixture(scope='module')
def video(tmp_path_factory):
    """3 s of 10 frames: a new random scene in each second, with a little noise."""
    path = tmp_path_factory.mktemp('video') / 'clip.avi'
    draw = np.random.default_rng(0)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 10, (64, 48))
    assert writer.isOpened()
    for _ in range(3):
        scene = cv2.resize(draw.integers(0, 255, (6, 8, 3), np.uint8), (64, 48))
        for _ in range(10):
            noise = draw.integers(0, 3, scene.shape, np.uint8)
            writer.write(cv2.add(scene, noise))
    writer.release()
    return path


def numbers(frames):
    return [one.frame for one in frames]


def test_frames_are_taken_by_the_second(video, tmp_path):
    steps = []
    frames = extract_frames(video, tmp_path, 2, -1, lambda: steps.append(1))
    assert numbers(frames) == [0, 5, 10, 15, 20, 25]
    assert len(steps) == count_frames(video) == 30
    assert frames[1].file_name == 'clip/000005.jpg' and frames[1].video == 'clip.avi'
    for frame in frames:
        assert cv2.imread(str(tmp_path / frame.file_name)).shape == (48, 64, 3)
    assert numbers(extract_frames(video, tmp_path, 4, -1))[:4] == [0, 3, 5, 8]
    assert len(extract_frames(video, tmp_path, 99, -1)) == 30


def test_frames_alike_are_dropped(video, tmp_path):
    assert numbers(extract_frames(video, tmp_path, 10, 4)) == [0, 10, 20]


def test_frames_that_are_there_stay(video, tmp_path):
    frames = extract_frames(video, tmp_path, 2, 4)
    picture = tmp_path / frames[0].file_name
    picture.write_bytes(b'mine')
    assert extract_frames(video, tmp_path, 2, 4) == frames
    assert picture.read_bytes() == b'mine'
    assert len(list((tmp_path / 'clip').iterdir())) == len(frames) == 3
    assert extract_frames(video, tmp_path, 2, 4, fresh=True) == frames
    assert picture.read_bytes() != b'mine'


def test_what_is_no_video(tmp_path):
    (tmp_path / 'clip.mp4').write_bytes(b'no video')
    with pytest.raises(UserError, match='clip.mp4 cannot be read as a video'):
        count_frames(tmp_path / 'clip.mp4')
