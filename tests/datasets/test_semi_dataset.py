import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmpose.registry import DATASETS

from semi_pose.datasets import SemiDataset, UnlabeledDataset
from semi_pose.errors import UserError
from semi_pose.models import SemiDataPreprocessor
from tests.helpers.coco_folder import annotation, crop_pipeline, write_coco

PACK = dict(type='PackPoseInputs')


def labeled_config(folder, number=3, **options):
    folder.mkdir(exist_ok=True)
    annotations = [annotation(i, image_id=i) for i in range(1, number + 1)]
    source = write_coco(folder, annotations, number)
    pipeline = crop_pipeline(PACK)
    return dict(type='CocoDataset', pipeline=pipeline, **source, **options)


def unlabeled_config(folder, number=5, last=PACK, **options):
    config = labeled_config(folder, number, **options)
    return dict(config, type='UnlabeledDataset', pipeline=crop_pipeline(last))


@pytest.fixture
def labeled(tmp_path):
    return labeled_config(tmp_path / 'labeled')


@pytest.fixture
def unlabeled(tmp_path):
    return unlabeled_config(tmp_path / 'unlabeled')


def pair_ids(dataset, count=None):
    samples = (dataset[i]['data_samples'] for i in range(count or len(dataset)))
    return [(sample['sup'].id, sample['easy'].id) for sample in samples]


def test_length_is_that_of_the_larger_set(labeled, unlabeled):
    assert len(SemiDataset(labeled, unlabeled)) == 5
    assert len(SemiDataset(labeled, dict(unlabeled, indices=2))) == 3


def test_unlabeled_samples_come_in_order_and_wrap_around(labeled, unlabeled):
    pairs = pair_ids(SemiDataset(labeled, unlabeled))
    assert [easy for _, easy in pairs] == [1, 2, 3, 4, 5]
    short = SemiDataset(labeled, dict(unlabeled, indices=2))
    assert [easy for _, easy in pair_ids(short)] == [1, 2, 1]


def test_iteration_ends(labeled, unlabeled):
    assert len(list(SemiDataset(labeled, unlabeled))) == 5


def test_labeled_samples_are_drawn_uniformly_with_replacement(labeled, unlabeled):
    dataset = SemiDataset(labeled, unlabeled)
    sup = [dataset[i % 5]['data_samples']['sup'].id for i in range(600)]
    # Binomial(600, 1/3): mean 200, standard deviation 11.5; four of them.
    assert np.all(np.abs(np.bincount(sup, minlength=4)[1:] - 200) < 47)
    assert any(a == b for a, b in zip(sup, sup[1:], strict=False))


def test_the_same_seed_gives_the_same_pairs(labeled, unlabeled):
    dataset = SemiDataset(labeled, unlabeled)

    def run(seed):
        np.random.seed(seed)
        samples = [dataset[i] for i in range(5)]
        images = [s['inputs'][b] for s in samples for b in ('sup', 'easy')]
        return torch.stack(images), [s['data_samples']['sup'].id for s in samples]

    (first, ids), (second, same_ids), (other, _) = run(3), run(3), run(4)
    assert torch.equal(first, second) and ids == same_ids
    assert not torch.equal(first, other)


def test_a_batch_is_a_list_by_branch(labeled, unlabeled):
    dataset = SemiDataset(labeled, unlabeled)
    batch = pseudo_collate([dataset[0], dataset[1]])
    for values in batch.values():
        assert set(values) == {'sup', 'easy'}
        assert all(len(value) == 2 for value in values.values())
    assert batch['inputs']['easy'][0].dtype == torch.uint8
    assert batch['inputs']['easy'][0].shape == (3, 16, 12)


def test_several_unlabeled_samples_come_with_each_labeled_one(labeled, unlabeled):
    dataset = SemiDataset(labeled, dict(unlabeled, indices=4), unlabeled_per_labeled=2)
    assert len(dataset) == 3  # the labeled set is the larger one
    dataset = SemiDataset(dict(labeled, indices=1), unlabeled, unlabeled_per_labeled=2)
    assert len(dataset) == 3
    batch = pseudo_collate([dataset[i] for i in range(3)])
    joined = SemiDataPreprocessor(mean=[0.0] * 3, std=[1.0] * 3)(batch)
    assert len(joined['inputs']['sup']) == 3
    assert joined['inputs']['easy'].shape == (6, 3, 16, 12)
    seen = [sample.id for sample in joined['data_samples']['easy']]
    # One epoch sees all five; the partner of each lies half of the set further on.
    assert seen == [1, 2, 3, 4, 5, 1]
    images = [image for group in batch['inputs']['easy'] for image in group]
    assert torch.equal(joined['inputs']['easy'], torch.stack(images).float())


def test_a_pair_has_nobody_twice_where_labels_are_many(labeled, unlabeled):
    dataset = SemiDataset(
        dict(type='ConcatDataset', datasets=[labeled, labeled]),
        unlabeled,
        unlabeled_per_labeled=3,
    )
    assert len(dataset) == 6 > len(dataset.unlabeled)
    groups = [[one.id for one in dataset[i]['data_samples']['easy']] for i in range(6)]
    assert groups[:2] == [[1, 3, 5], [2, 4, 1]]
    assert all(len(set(group)) == 3 for group in groups)


@pytest.mark.parametrize('share', [0, -1, 1.5, None])
def test_a_share_that_is_no_positive_integer_is_refused(labeled, unlabeled, share):
    with pytest.raises(ValueError, match='unlabeled_per_labeled must be'):
        SemiDataset(labeled, unlabeled, unlabeled_per_labeled=share)


def test_only_the_labeled_branch_has_keypoints(labeled, unlabeled):
    samples = SemiDataset(labeled, unlabeled)[0]['data_samples']
    assert samples['sup'].gt_instances.keypoints.shape == (1, 17, 2)
    assert 'keypoints' not in samples['easy'].gt_instances


def test_built_sets_are_taken_as_they_are(labeled, unlabeled):
    first, second = DATASETS.build(labeled), DATASETS.build(unlabeled)
    dataset = SemiDataset(first, second)
    assert dataset.labeled is first and dataset.unlabeled is second
    assert dataset.metainfo['dataset_name'] == first.metainfo['dataset_name'] == 'coco'


def test_concatenated_sets(labeled, unlabeled):
    dataset = SemiDataset(
        labeled=dict(type='ConcatDataset', datasets=[labeled, labeled]),
        unlabeled=dict(type='ConcatDataset', datasets=[unlabeled, unlabeled]),
    )
    assert len(dataset) == 10
    assert [easy for _, easy in pair_ids(dataset)] == [1, 2, 3, 4, 5] * 2
    assert dataset.metainfo['num_keypoints'] == 17


def test_lazy_init_reads_later(labeled, unlabeled):
    sets = [DATASETS.build(dict(c, lazy_init=True)) for c in (labeled, unlabeled)]
    dataset = SemiDataset(*sets, lazy_init=True)
    assert not sets[0]._fully_initialized
    dataset.full_init()
    assert len(dataset) == 5 and sets[1]._fully_initialized


def test_an_empty_labeled_set_is_named(labeled, unlabeled, tmp_path):
    without = [annotation(1, image_id=1, num_keypoints=0, keypoints=[0] * 51)]
    source = write_coco(tmp_path / 'labeled', without)
    empty = dict(labeled, **source)
    message = 'labeled/boxes.json holds no person with keypoints: the labeled set is e'
    for config in (
        empty,
        dict(empty, serialize_data=False),
        dict(type='ConcatDataset', datasets=[empty]),
    ):
        with pytest.raises(UserError, match=message):
            SemiDataset(config, unlabeled)


def test_an_empty_unlabeled_set_is_named(labeled, unlabeled, tmp_path):
    write_coco(tmp_path / 'unlabeled', [])
    with pytest.raises(UserError, match='unlabeled set is empty.*unlabeled/boxes.json'):
        SemiDataset(labeled, unlabeled)


def test_no_indices_is_an_empty_set(labeled, unlabeled):
    with pytest.raises(UserError, match='unlabeled set is empty.*indices'):
        SemiDataset(labeled, dict(unlabeled, indices=0))


def test_a_built_empty_set_is_named_by_its_path(labeled, unlabeled, monkeypatch):
    monkeypatch.chdir(labeled['data_root'])
    options = dict(unlabeled, indices=0, serialize_data=False, data_root='.')
    with pytest.raises(UserError, match=r'in \./boxes.json\.'):
        SemiDataset(labeled, DATASETS.build(options))


@pytest.mark.parametrize('content', [None, '{"images": ['])
def test_a_labeled_file_that_cannot_be_read_is_named(
    labeled, unlabeled, tmp_path, content
):
    path = tmp_path / 'labeled' / 'boxes.json'
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(UserError, match='labeled/boxes.json'):
        SemiDataset(labeled, unlabeled)


def test_other_errors_pass(labeled, unlabeled):
    with pytest.raises(TypeError, match='no_such_option'):
        SemiDataset(dict(labeled, no_such_option=1), unlabeled)


def test_no_draw_copies_a_data_set(labeled, unlabeled, monkeypatch):
    dataset = SemiDataset(labeled, unlabeled)

    def refuse(self, memo):
        raise AssertionError('a data set was copied')

    for cls in (SemiDataset, UnlabeledDataset, type(dataset.labeled)):
        monkeypatch.setattr(cls, '__deepcopy__', refuse, raising=False)
    assert len(pair_ids(dataset)) == 5
