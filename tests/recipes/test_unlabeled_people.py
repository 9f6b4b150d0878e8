"""Unlabeled people in files and folders."""

import json

import cv2
import numpy as np
import pytest

from semi_pose.datasets import UnlabeledDataset
from semi_pose.errors import UserError
from semi_pose.recipes.unlabeled_people import find_people

from ..helpers.stand_ins import people, write_picture


@pytest.fixture
def data(tmp_path):
    """A folder with one COCO file and its picture."""
    write_picture(tmp_path / 'data/images')
    (tmp_path / 'data/annotations').mkdir()
    file = tmp_path / 'data/annotations/boxes.json'
    file.write_text(json.dumps(people(2)))
    return tmp_path / 'data'


def test_a_file_is_taken_with_the_folder_named(data, tmp_path):
    file = data / 'annotations/boxes.json'
    assert find_people(file, tmp_path) == (file, tmp_path)


def test_pictures_are_looked_for_near_the_file(data, tmp_path):
    file = data / 'annotations/boxes.json'
    for source in (data, file):
        assert find_people(source, None) == (file, data / 'images')


def test_lost_pictures_are_told(data, tmp_path):
    next((data / 'images').iterdir()).unlink()
    with pytest.raises(UserError, match='--unlabeled-images'):
        find_people(data, None)


def test_several_files_are_told(data, tmp_path):
    (data / 'more.json').write_text('{}')
    with pytest.raises(
        UserError, match='annotations/boxes.json, more.json|more.json, '
    ):
        find_people(data, None)


def test_pictures_alone_are_people(tmp_path):
    folder = tmp_path / 'crops'
    (folder / 'night').mkdir(parents=True)
    cv2.imwrite(str(folder / 'a.png'), np.zeros((20, 10, 3), np.uint8))
    cv2.imwrite(str(folder / 'night/b.JPG'), np.zeros((30, 40, 3), np.uint8))
    found = find_people(folder, None)
    assert found == (None, folder)
    dataset = UnlabeledDataset(**found.settings)
    boxes = [dataset.get_data_info(i)['bbox'].tolist() for i in range(len(dataset))]
    assert boxes == [[[0, 0, 9, 19]], [[0, 0, 39, 29]]]


def test_no_folder_is_told(tmp_path):
    with pytest.raises(UserError, match='does not exist'):
        find_people(tmp_path / 'none', None)
