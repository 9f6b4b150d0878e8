"""Batches on their way from a worker."""

from pickle import dumps, loads

import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmpose.testing import get_packed_inputs

from semi_pose.datasets.batches import (
    PackBatch,
    PackedBatch,
    give_labels,
    take_labels,
    unpack,
)


def people(number, **settings):
    """Return inputs and data samples, each a list."""
    return get_packed_inputs(number, num_keypoints=4, img_shape=(32, 24), **settings)


def labels_of(samples):
    return [
        (one.gt_fields.heatmaps, one.gt_instance_labels.keypoint_weights)
        for one in samples
    ]


@pytest.fixture
def pair():
    """One labeled person and two unlabeled ones."""
    (sup, *easy), (labeled, *unlabeled) = people(3).values()
    return dict(
        inputs=dict(sup=sup, easy=easy), data_samples=dict(sup=labeled, easy=unlabeled)
    )


def test_branches_are_stacked_and_labels_come_back(pair):
    image, (other, more) = pair['inputs']['sup'], pair['inputs']['easy']
    sample = pair['data_samples']['sup']
    (expected,) = labels_of([sample])
    packed = PackBatch(pseudo_collate)([pair, pair])
    assert torch.equal(packed.batch['inputs']['sup'], torch.stack([image, image]))
    batch = unpack(packed)
    # The order is that in which the samples are joined.
    assert torch.equal(batch['inputs']['easy'], torch.stack([other, other, more, more]))
    assert batch['data_samples']['sup'][0] is sample
    for found in labels_of(batch['data_samples']['sup']):
        assert all(map(torch.equal, found, expected))


def test_labels_travel_as_one_tensor_for_each_field():
    inputs, samples = people(3, with_simcc_label=False).values()
    expected = labels_of(samples)
    pairs = [
        dict(inputs=a, data_samples=b) for a, b in zip(inputs, samples, strict=True)
    ]
    packed = PackBatch(pseudo_collate)(pairs)
    assert packed.batch['inputs'].shape == (3, 3, 32, 24)
    assert not samples[0].gt_fields.keys()
    assert packed.labels[None]['gt_fields', 'heatmaps'].shape[0] == 3
    batch = unpack(loads(dumps(packed)))
    assert isinstance(batch['inputs'], list)  # as MMPose's preprocessor takes them
    assert all(map(torch.equal, batch['inputs'], inputs))
    for found, label in zip(labels_of(batch['data_samples']), expected, strict=True):
        assert all(map(torch.equal, found, label))


def test_labels_of_several_types_stay_where_they_are():
    samples = people(2)['data_samples']
    fields = samples[0].gt_fields
    fields.heatmaps = fields.heatmaps.double()
    assert ('gt_fields', 'heatmaps') not in take_labels(samples)


def test_labels_of_several_shapes_stay_where_they_are():
    small, large = people(1), people(1, heatmap_size=(8, 8))
    samples = small['data_samples'] + large['data_samples']
    labels = take_labels(samples)
    assert ('gt_fields', 'heatmaps') not in labels
    assert samples[1].gt_fields.heatmaps.shape[-2:] == (8, 8)
    give_labels(samples, labels)
    assert samples[0].gt_instance_labels.keypoint_weights.shape == (1, 4)


def test_what_is_not_a_batch_of_samples_stays_as_it_is(pair):
    batch = dict(inputs=[[1], [2]], data_samples=['a', 'b'])
    assert PackBatch(lambda samples: batch)([]) is batch
    assert PackBatch(lambda samples: samples)([pair]) == [pair]
    assert unpack([pair]) == [pair]


def test_a_packed_batch_holds_no_label_twice(pair):
    packed = PackBatch(pseudo_collate)([pair])
    assert isinstance(packed, PackedBatch)
    assert list(packed.labels) == ['sup', 'easy']
    assert not take_labels(packed.batch['data_samples']['sup'])
