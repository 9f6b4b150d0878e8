"""The estimator: structure, losses, predictions, and being a stock model."""

import copy

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from semi_pose.errors import UserError
from semi_pose.models import HardView
from semi_pose.models.members import find_member, member_weights

from ..helpers.runs import supervised_model
from ..helpers.tiny import estimator

FLIP = [0, 2, 1, 4, 3]


def samples(count=2, joints=5):
    """Data samples as MMPose's pipelines pack them, in a 48x64 crop."""
    for _ in range(count):
        sample = PoseDataSample(
            metainfo=dict(
                input_size=np.array([48, 64]),
                input_center=np.array([24.0, 32.0]),
                input_scale=np.array([48.0, 64.0]),
                flip_indices=FLIP,
            )
        )
        sample.gt_instances = InstanceData(
            bboxes=np.array([[0.0, 0, 48, 64]]), bbox_scores=np.ones(1)
        )
        sample.gt_fields = PixelData(heatmaps=torch.rand(joints, 16, 12))
        weights = torch.ones(1, joints)
        sample.gt_instance_labels = InstanceData(keypoint_weights=weights)
        yield sample


def build(**changes):
    return MODELS.build(estimator(**changes))


def semi_batch():
    images = torch.rand(2, 2, 3, 64, 48)
    inputs = dict(sup=images[0], easy=images[1])
    return inputs, dict(sup=list(samples()))


def test_peer_is_built_alike_with_a_start_of_its_own():
    model = build()
    model.init_weights()
    ours, peers = (net.backbone.conv.weight for net in model.networks)
    assert ours.shape == peers.shape and not torch.equal(ours, peers)


def test_networks_may_be_unlike():
    shallow = dict(num_stages=1, strides=(1,), dilations=(1,), out_indices=(0,))
    resnet = dict(type='ResNet', depth=18, base_channels=8, stem_channels=8, **shallow)
    model = build(peer=dict(backbone=resnet))
    losses = model.loss(*semi_batch())
    assert torch.isfinite(losses['loss_consistency'])
    names = [type(net.backbone).__name__ for net in model.networks]
    assert names == ['TinyBackbone', 'ResNet']


def test_unknown_peer_is_refused():
    with pytest.raises(ValueError, match="peer must be 'same'"):
        build(peer='twin')


@pytest.mark.parametrize('peer', ['same', None])
def test_teacher_gets_no_gradient(peer):
    model = build(peer=peer, hard_pipeline=[dict(type='HardAffine')])
    inputs, data_samples = semi_batch()
    losses = model.loss(inputs, data_samples)
    losses['loss_consistency'].backward()
    assert all(net.head.final_layer.weight.grad.any() for net in model.networks)
    model.zero_grad()
    frozen = model.networks[-1]
    targets = []
    model.consistency_head.loss = lambda students, heatmaps, weights: (
        targets.append(heatmaps) or dict(loss_consistency=0)
    )
    model.loss(inputs, data_samples)
    assert not targets[0].requires_grad and frozen.head.final_layer.weight.requires_grad


def test_each_network_learns_from_the_other():
    model = build().eval()
    model.hard_pipeline = [lambda view: view._replace(images=view.images / 2)]
    inputs, data_samples = semi_batch()
    seen = {}
    model.consistency_head.loss = lambda students, targets, weights: (
        seen.update(students=students, targets=targets) or dict(loss_consistency=0)
    )
    model.loss(inputs, data_samples)
    with torch.no_grad():
        easy = [net(inputs['easy'], None) for net in model.networks]
        hard = [net(inputs['easy'] / 2, None) for net in model.networks]
    torch.testing.assert_close(seen['targets'], torch.stack(easy[::-1]))
    torch.testing.assert_close(torch.stack(seen['students']), torch.stack(hard))


def test_standard_consistency_compares_the_same_places():
    # A network whose heatmap is the picture itself at stride 4: whatever the draws,
    # the target is the student's own view, but for interpolation.
    view = dict(type='HardAffine', scale_std=0.1, rotation_limit=30)
    model = build(peer=None, teacher_view=view, hard_pipeline=[view])
    rows, columns = torch.meshgrid(
        torch.arange(64.0), torch.arange(48.0), indexing='ij'
    )
    blob = torch.exp(-((rows - 26) ** 2 + (columns - 28) ** 2) / (2 * 8.0**2))
    images = blob.expand(16, 3, -1, -1)
    easy, frame = model.make_easy_view(images)
    assert (easy - images).abs().amax() > 0.2
    view = HardView(images.unsqueeze(0), pooled(easy).unsqueeze(0), frame)
    hard = model.make_hard_view(view)
    seen = pooled(hard.images[0])
    # Away from the rim, beyond which each view shows nothing.
    error, unmoved = (
        (target - seen)[..., 3:-3, 3:-3].abs().max()
        for target in (hard.heatmaps[0], pooled(easy))
    )
    assert error < 0.1 < 0.3 < unmoved and hard.frame is None


def pooled(images):
    return torch.nn.functional.avg_pool2d(images, 4)


def test_easy_views_are_the_images_as_they_are():
    images = torch.rand(2, 3, 64, 48)
    easy, frame = build().make_easy_view(images)
    assert easy is images and frame is None


@pytest.mark.parametrize('peer', ['same', None])
def test_mean_teachers_teach(peer):
    model = build(peer=peer, mean_teacher=0.01).train()
    model.update_teachers(step=0, epoch_length=10, updates=0)
    for teacher in model.mean_teachers:
        torch.nn.init.constant_(teacher.network[-1].final_layer.weight, 0)
        torch.nn.init.constant_(teacher.network[-1].final_layer.bias, 0.25)
    seen = {}
    model.consistency_head.loss = lambda students, targets, weights: (
        seen.update(targets=targets) or dict(loss_consistency=0)
    )
    losses = model.loss(*semi_batch())
    assert (seen['targets'] == 0.25).all() and losses['response'] == 0.25


def test_cutout_uses_the_other_networks_joints():
    model = build(
        hard_pipeline=[
            dict(type='JointCutout', num_joints=1, jitter_std=0, half_size=(2, 2))
        ]
    )
    teachers = torch.zeros(2, 1, 5, 16, 12)
    teachers[0, ..., 2, 2] = 1
    teachers[1, ..., 12, 9] = 1
    pictures = torch.ones(2, 1, 3, 64, 48)
    view = model.make_hard_view(HardView(pictures, *model.make_targets(teachers)[:1]))
    assert view.images[0, 0, 0, 48, 36] == 0 and view.images[0, 0, 0, 8, 8] == 1
    assert view.images[1, 0, 0, 8, 8] == 0 and view.images[1, 0, 0, 48, 36] == 1


def test_paths_start_from_the_same_picture_and_share_the_affine():
    cutout = dict(type='JointCutout', jitter_std=0, half_size=(8, 8))
    model = build(paths=[[], [cutout], []], hard_pipeline=[dict(type='HardAffine')])
    images, heatmaps = torch.rand(1, 2, 3, 64, 48).expand(2, -1, -1, -1, -1), 5
    targets = torch.rand(2, 2, heatmaps, 16, 12)
    hard = model.make_hard_view(HardView(images, targets, weights=targets[..., 0, 0]))
    plain, cut, plain_again = hard.images.split(2)
    torch.testing.assert_close(plain, plain_again)
    assert not torch.equal(plain, cut)
    for part in hard.heatmaps.split(2):
        torch.testing.assert_close(part, hard.heatmaps[:2])
    assert torch.equal(hard.weights, targets[..., 0, 0].repeat(3, 1, 1))


def test_losses_of_paths_are_added_up():
    inputs, data_samples = semi_batch()
    losses = []
    for paths in ([[]], [[], [], []]):
        torch.manual_seed(0)
        model = build(paths=paths).eval()
        losses.append(model.loss(inputs, data_samples)['loss_consistency'])
    torch.testing.assert_close(3 * losses[0], losses[1])


def test_weights_of_targets_count_in_the_loss():
    model = build(peer=None).eval()
    student, target = torch.rand(2, 1, 2, 5, 16, 12)
    weights = torch.tensor([[[1.0, 0, 1, 0, 0], [1, 1, 1, 1, 1]]])
    found = model.consistency_head.loss([student[0]], target, weights)
    squares = (student[0] - target[0]) ** 2 * weights[0, ..., None, None]
    torch.testing.assert_close(found['loss_consistency'], 0.5 * squares.mean())


def test_only_the_tested_network_is_computed(monkeypatch):
    model = build(test_cfg=dict(network='net2')).eval()
    monkeypatch.delattr(model.backbone, 'conv')
    assert len(model.predict(torch.rand(1, 3, 64, 48), list(samples(1)))) == 1


def test_members_and_their_weights():
    model = build(mean_teacher=0.01)
    assert list(model.members) == ['net1', 'net2', 'ensemble', 'ema']
    state = set(model.state_dict())
    peer, ema = (
        {name for name in state if name.startswith(part)}
        for part in ('peer.', 'mean_teachers.')
    )
    assert member_weights(model, 'net1') == state - peer - ema
    assert member_weights(model, 'net2') == peer
    assert member_weights(model, 'ensemble') == state - ema
    assert member_weights(model, 'ema') == ema
    assert [find_member(model, name) for name in (1, '2', None, 'ema')] == [
        'net1',
        'net2',
        'net1',
        'ema',
    ]
    with pytest.raises(UserError, match='no network 3, only net1, net2'):
        find_member(model, 3)


def test_supervised_losses_are_averaged_over_networks():
    model = build().eval()
    data_samples = list(samples())
    images = torch.rand(2, 3, 64, 48)
    losses = model.loss(images, data_samples)
    alone = [
        net.head.loss(net.extract_feat(images), data_samples, dict(compute_acc=False))
        for net in model.networks
    ]
    assert sorted(losses) == ['net1.loss_kpt', 'net2.loss_kpt']
    for name, loss in zip(sorted(losses), alone, strict=True):
        torch.testing.assert_close(losses[name], loss['loss_kpt'] / 2)


def test_weight_zero_skips_the_unlabeled_images():
    model = build()
    model.consistency_head.weight = 0.0
    inputs, data_samples = semi_batch()
    assert sorted(model.loss(inputs, data_samples)) == [
        'net1.loss_kpt',
        'net2.loss_kpt',
    ]


def test_statistics_of_batch_norm_move_three_times_a_step():
    model = build().train()
    model.loss(*semi_batch())
    assert [int(net.backbone.bn.num_batches_tracked) for net in model.networks] == [
        3,
        3,
    ]


def test_response_is_the_mean_peak():
    model = build(peer=None).eval()
    inputs, data_samples = semi_batch()
    with torch.no_grad():
        heatmaps = model(inputs['easy'], None)
    response = model.loss(inputs, data_samples)['response']
    torch.testing.assert_close(response, heatmaps.flatten(2).max(2).values.mean())


@pytest.mark.parametrize('flip_test', [False, True])
def test_predictions_of_each_network(flip_test):
    model = build(test_cfg=dict(flip_test=flip_test, output_heatmaps=True)).eval()
    images = torch.rand(2, 3, 64, 48)
    with torch.no_grad():
        found = {
            name: copy.deepcopy(predictions)
            for name, predictions in model.predict_each(images, list(samples()))
        }
    fields = {name: found[name][0].pred_fields.heatmaps for name in found}
    torch.testing.assert_close(
        fields['ensemble'], (fields['net1'] + fields['net2']) / 2
    )
    for number, name in enumerate(('net1', 'net2'), 1):
        model.test_cfg['network'] = number
        alone = model.predict(images, list(samples()))[0]
        torch.testing.assert_close(alone.pred_fields.heatmaps, fields[name])
        np.testing.assert_allclose(
            alone.pred_instances.keypoints, found[name][0].pred_instances.keypoints
        )


def test_predictions_of_the_mean_teacher():
    model = build(peer=None, mean_teacher=0.01, test_cfg=dict(output_heatmaps=True))
    model.update_teachers(step=0, epoch_length=10, updates=0)
    model.eval()
    torch.nn.init.constant_(model.head.final_layer.weight, 0)
    images = torch.rand(2, 3, 64, 48)
    assert list(model.members) == ['net1', 'ema']
    model.test_cfg['network'] = 'ema'
    (sample, _) = model.predict(images, list(samples()))
    with torch.no_grad():
        expected = model.mean_teachers[0](images)[0]
    torch.testing.assert_close(sample.pred_fields.heatmaps, expected)
    assert not torch.equal(expected, model(images, None)[0])


def test_a_stock_model_takes_the_checkpoint():
    model = build(joints=17).eval()
    stock = MODELS.build(supervised_model()).eval()
    leftover = stock.load_state_dict(model.state_dict(), strict=False)
    assert not leftover.missing_keys
    assert all(key.startswith('peer.') for key in leftover.unexpected_keys)
    images = torch.rand(1, 3, 64, 48)
    torch.testing.assert_close(stock(images, None), model(images, None))


def test_preprocessor_normalizes_each_branch_and_plain_batches():
    preprocessor = build().data_preprocessor
    image = torch.full((3, 64, 48), 255, dtype=torch.uint8)
    data_samples = list(samples(1))
    plain = preprocessor(dict(inputs=[image], data_samples=data_samples))
    batch = dict(
        inputs=dict(sup=[image], easy=[image]),
        data_samples=dict(sup=data_samples, easy=data_samples),
    )
    branches = preprocessor(batch, training=True)['inputs']
    assert plain['inputs'].unique().item() == pytest.approx(1.0)
    assert torch.equal(branches['sup'], plain['inputs'])
    assert torch.equal(branches['easy'], plain['inputs'])
