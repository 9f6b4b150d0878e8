import shutil
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np
import pytest
from mmengine.dataset import ConcatDataset, RepeatDataset, pseudo_collate
from mmengine.logging import MMLogger
from torch.utils.data import DataLoader

from semi_pose.datasets import (
    LoadImageOrSkip,
    SemiDataset,
    UnlabeledDataset,
    count_unreadable,
)
from semi_pose.datasets.transforms import count_resized, loading
from semi_pose.errors import UserError
from tests.helpers.coco_folder import annotation, crop_pipeline, write_coco

PIPELINE = crop_pipeline(dict(type='PackPoseInputs'))


def build(folder: Path, number: int = 6, **options) -> UnlabeledDataset:
    folder.mkdir()
    annotations = [annotation(i, image_id=i) for i in range(1, number + 1)]
    source = write_coco(folder, annotations, number)
    return UnlabeledDataset(pipeline=PIPELINE, **source, **options)


def break_images(folder: Path, *names: int) -> None:
    for name in names:
        (folder / 'images' / f'{name}.png').write_bytes(b'not an image')


def ids(batches, branch='easy') -> set:
    return {s.id for batch in batches for s in batch['data_samples'][branch]}


def load(path, loader=None):
    return (loader or LoadImageOrSkip()).transform(dict(img_path=str(path)))


def test_a_good_image_is_loaded_as_mmpose_does(tmp_path):
    write_coco(tmp_path, [])
    results = load(tmp_path / 'images' / '2.png')
    np.testing.assert_array_equal(results['img'], np.full((80, 100, 3), 40))
    assert results['img_shape'] == results['ori_shape'] == (80, 100)


@pytest.mark.parametrize('content', [None, b'', b'not an image'])
def test_a_bad_image_is_skipped_and_counted(tmp_path, content):
    path = tmp_path / 'bad.png'
    if content is not None:
        path.write_bytes(content)
    loader = LoadImageOrSkip()
    assert load(path, loader) is None
    assert loader.num_unreadable == 1


def test_a_folder_in_place_of_an_image_is_skipped(tmp_path):
    assert load(tmp_path) is None


def test_each_file_is_named_and_counted_once(tmp_path, caplog, monkeypatch):
    logger = MMLogger.get_instance('test_loading')
    monkeypatch.setattr(logger, 'handlers', [caplog.handler])
    loader = LoadImageOrSkip()
    for name in ('a.png', 'b.png', 'a.png', 'a.png'):
        load(tmp_path / name, loader)
    assert loader.num_unreadable == 2
    named = [record.getMessage() for record in caplog.records]
    assert len(named) == 2 and 'a.png' in named[0] and 'b.png' in named[1]


def test_another_sample_is_drawn(tmp_path):
    dataset = build(tmp_path / 'a')
    break_images(tmp_path / 'a', 2)
    drawn = {dataset[1]['data_samples'].id for _ in range(60)}
    # Each of the five others is missed with a chance of 0.8 ** 60 = 2e-6.
    assert drawn == {1, 3, 4, 5, 6}
    assert count_unreadable(dataset) == 1


@pytest.mark.parametrize(
    'context', ['fork', pytest.param('spawn', marks=pytest.mark.slow)]
)
def test_workers_count_together_and_data_flow_on(tmp_path, context):
    labeled, unlabeled = build(tmp_path / 'a'), build(tmp_path / 'b', 12)
    break_images(tmp_path / 'a', 1)
    break_images(tmp_path / 'b', 3, 4, 5, 8)
    dataset = SemiDataset(labeled, unlabeled)
    loader = DataLoader(
        dataset,
        batch_size=2,
        num_workers=2,
        collate_fn=pseudo_collate,
        multiprocessing_context=context,
        persistent_workers=True,
    )
    batches = [batch for _ in range(2) for batch in loader]
    assert [len(batch['inputs']['easy']) for batch in batches] == [2] * 12
    assert ids(batches) >= {1, 2, 6, 7, 9, 10, 11, 12}
    assert not ids(batches) & {3, 4, 5, 8}
    assert 1 not in ids(batches, 'sup')
    assert count_unreadable(unlabeled) == 4
    assert count_unreadable(dataset) == 4 + count_unreadable(labeled)


def test_concatenated_sets_redraw_and_count(tmp_path):
    first, second = build(tmp_path / 'a'), build(tmp_path / 'b')
    break_images(tmp_path / 'a', 1, 2)
    break_images(tmp_path / 'b', 6)
    both = ConcatDataset([first, second])
    # A set is redrawn from itself, so it keeps its share.
    drawn = [both[i]['data_samples'].img_path for i in range(12)]
    assert sum(str(tmp_path / 'a') in path for path in drawn) == 6
    assert count_unreadable(both) == 3
    assert count_unreadable(RepeatDataset(first, 2)) == 2


def test_a_file_of_both_sets_counts_once(tmp_path):
    dataset = build(tmp_path / 'a')
    twin = UnlabeledDataset('boxes.json', **_paths(tmp_path / 'a'), pipeline=PIPELINE)
    break_images(tmp_path / 'a', 1)
    for part in (dataset, twin):
        part[0]
    assert count_unreadable(SemiDataset(dataset, twin)) == 1


def test_sets_without_the_loader_count_nothing(tmp_path):
    build(tmp_path / 'a')
    assert (
        count_unreadable(UnlabeledDataset('boxes.json', **_paths(tmp_path / 'a'))) == 0
    )


def test_a_set_without_any_image_ends_in_an_error(tmp_path):
    unlabeled = build(tmp_path / 'a')
    shutil.rmtree(tmp_path / 'a' / 'images')
    labeled = build(tmp_path / 'b')
    for dataset in (
        unlabeled,
        ConcatDataset([unlabeled, labeled]),
        SemiDataset(labeled, unlabeled),
        SemiDataset(unlabeled, labeled),
    ):
        with pytest.raises(UserError, match=r'in a row .*\.png.*data_prefix'):
            dataset[0]


def test_a_good_image_ends_a_row_of_bad_ones(tmp_path):
    write_coco(tmp_path, [])
    loader = LoadImageOrSkip(max_in_a_row=2)
    for _ in range(3):
        assert load(tmp_path / 'bad.png', loader) is None
        assert load(tmp_path / 'images' / '1.png', loader) is not None
    load(tmp_path / 'bad.png', loader)
    with pytest.raises(UserError, match='2 images in a row'):
        load(tmp_path / 'bad.png', loader)


@pytest.mark.parametrize('part', ['labeled', 'unlabeled'])
def test_a_picture_of_another_size_is_named_and_counted(tmp_path, part):
    pair = SemiDataset(
        dict(type='CocoDataset', pipeline=PIPELINE, **source(tmp_path / 'a')),
        dict(type='UnlabeledDataset', pipeline=PIPELINE, **source(tmp_path / 'b')),
    )
    dataset = getattr(pair, part)
    for name in ('2.png', '3.png'):
        path = tmp_path / ('a' if part == 'labeled' else 'b') / 'images' / name
        cv2.imwrite(str(path), np.zeros((100, 80, 3), np.uint8))
    said = []
    with patch.object(loading, 'print_log', lambda text, *_, **__: said.append(text)):
        for index in range(len(dataset)):
            dataset[index]
    assert count_resized(pair) == 2
    (message,) = said
    assert '2.png has 80x100 pixels, but the annotation file says 100x80' in message
    assert 'EXIF' in message


def test_most_pictures_of_another_size_end_the_run():
    loader = LoadImageOrSkip()
    with pytest.raises(UserError, match='So do 20 of the first 20 pictures'):
        for number in range(30):
            loader._compare(f'{number}.png', (50, 40), (100, 80))


def source(folder: Path) -> dict:
    folder.mkdir()
    people = [annotation(number, number) for number in range(1, 7)]
    return write_coco(folder, people, num_images=6)


def _paths(folder: Path) -> dict:
    return dict(data_root=str(folder), data_prefix=dict(img='images'))
