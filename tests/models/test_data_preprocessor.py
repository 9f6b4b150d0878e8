"""What MMPose's preprocessor gives, of images that were stacked before."""

import pytest
import torch
from mmpose.models import PoseDataPreprocessor
from mmpose.testing import get_packed_inputs

from semi_pose.models import SemiDataPreprocessor

SETTINGS = dict(mean=[123.7, 116.3, 103.5], std=[58.4, 57.1, 57.4], bgr_to_rgb=True)


@pytest.fixture
def batch():
    return get_packed_inputs(3, num_keypoints=4, img_shape=(32, 24))


@pytest.mark.parametrize('size_divisor', [1, 20])
@pytest.mark.parametrize('is_stacked', [True, False])
def test_a_plain_batch_gives_what_mmpose_gives(is_stacked, size_divisor, batch):
    settings = dict(SETTINGS, pad_size_divisor=size_divisor)
    expected = PoseDataPreprocessor(**settings)(batch)
    images = torch.stack(batch['inputs']) if is_stacked else batch['inputs']
    result = SemiDataPreprocessor(**settings)(dict(batch, inputs=images))
    assert torch.equal(result['inputs'], expected['inputs'])
    pairs = zip(result['data_samples'], expected['data_samples'], strict=True)
    for ours, stock in pairs:
        assert ours.pad_shape == stock.pad_shape
        assert ours.batch_input_shape == stock.batch_input_shape
        assert torch.equal(ours.gt_fields.heatmaps, stock.gt_fields.heatmaps)


def test_images_of_several_sizes_are_padded(batch):
    other = get_packed_inputs(1, num_keypoints=4, img_shape=(40, 20))
    mixed = {key: batch[key] + other[key] for key in batch}
    settings = dict(SETTINGS, pad_size_divisor=8)
    expected = PoseDataPreprocessor(**settings)(mixed)
    result = SemiDataPreprocessor(**settings)(mixed)
    assert result['inputs'].shape == (4, 3, 40, 24)
    assert torch.equal(result['inputs'], expected['inputs'])


def test_labels_alone_are_moved(batch):
    preprocessor = SemiDataPreprocessor(**SETTINGS).to('meta')
    result = preprocessor(dict(batch, inputs=torch.stack(batch['inputs'])))
    sample = result['data_samples'][0]
    assert result['inputs'].device.type == 'meta'
    assert sample.gt_fields.heatmaps.device.type == 'meta'
    assert sample.gt_instance_labels.keypoint_weights.device.type == 'meta'
    assert sample is batch['data_samples'][0]
