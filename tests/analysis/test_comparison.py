"""Two models side by side: the same people, the right networks, honest differences."""

from copy import deepcopy

import numpy as np
import pytest

from semi_pose.analysis.comparison import (
    compare,
    comparison_page,
    draw_differences,
    find_model,
    with_pipeline,
)
from semi_pose.errors import UserError
from semi_pose.models.members import member_title
from semi_pose.runs.checkpoints import chosen_checkpoint
from semi_pose.runs.logs import network_metrics, read_scalars


@pytest.fixture(scope='module')
def found(finished):
    """Network 1 of a run against its network 2."""
    config, checkpoint = next(finished.glob('*.py')), chosen_checkpoint(finished)
    a, b = find_model(str(finished)), find_model(f'{config}:{checkpoint}:net2')
    return a, b, compare(a, b)


def test_names_of_models(finished, tmp_path):
    config, checkpoint = next(finished.glob('*.py')), chosen_checkpoint(finished)
    for name, network in ((finished, None), (f'{finished}:net2', 'net2')):
        model = find_model(str(name))
        assert (model.checkpoint, model.network) == (checkpoint, network)
    assert find_model(f'{config}:{checkpoint}').checkpoint == checkpoint
    for name in (str(config), f'{config}:{checkpoint}:net1:net2'):
        with pytest.raises(UserError, match='WORK_DIR'):
            find_model(name)
    with pytest.raises(UserError, match='gone.pth does not exist'):
        find_model(f'{config}:gone.pth')


def test_accuracies_are_those_of_the_validation(finished, found):
    _, _, comparison = found
    logged = network_metrics(read_scalars(finished)[-1])
    for side, name in (('A', 'net1'), ('B', 'net2')):
        for metric in ('AP', 'AR'):
            wanted = 100 * logged[name][metric]
            assert comparison.accuracy[side][metric] == pytest.approx(wanted)
        joints = comparison.joints
        weighted = np.average(joints[side], weights=joints.labeled)
        assert comparison.accuracy[side]['PCK@0.1'] == pytest.approx(weighted)


def test_people_are_sorted_by_the_distance_of_the_models(found):
    _, _, comparison = found
    people = comparison.people
    assert people.distance.is_monotonic_decreasing and people.distance.iloc[0] > 0
    person = people.index[0]
    sample = comparison.both[0].samples[person]
    ours, theirs = (next(iter(one.keypoints.values())) for one in comparison.both)
    seen = sample.gt_instances.keypoints_visible[0] > 0
    x1, y1, x2, y2 = sample.gt_instances.bboxes[0]
    apart = np.hypot(*(ours[person] - theirs[person]).T)[seen].mean()
    assert people.distance.iloc[0] == pytest.approx(apart / max(x2 - x1, y2 - y1))


def test_a_model_does_not_differ_from_itself(found):
    a, _, _ = found
    same = compare(a, a)
    assert (same.people.distance == 0).all()
    assert (same.accuracy.A == same.accuracy.B).all()


def test_the_page_and_its_pictures(found):
    a, b, comparison = found
    pictures, captions = draw_differences(comparison, 3)
    assert len(pictures) == len(captions) == 3
    assert all(one.shape[1] > 100 and one.std() > 5 for one in pictures)
    page = comparison_page(comparison, a, b, pictures, captions)
    assert page.count('<figure>') == 3 and member_title('net2') in page
    gain = comparison.accuracy.B['AR'] - comparison.accuracy.A['AR']
    assert f'{gain:+.1f}' in page


def test_another_pipeline_shows_the_same_people(found):
    a, _, _ = found
    theirs = deepcopy(a.cfg)
    dataset = theirs.val_dataloader.dataset
    dataset.pipeline = dataset.pipeline[:2]
    dataset.ann_file = 'others.json'
    both = with_pipeline(a.cfg, theirs).val_dataloader.dataset
    assert len(both.pipeline) == 2 and both.ann_file != 'others.json'
    dataset.type = 'CrowdPoseDataset'
    with pytest.raises(UserError, match='Joint 0 of .* is nose, and left_shoulder'):
        with_pipeline(a.cfg, theirs)
