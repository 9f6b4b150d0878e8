import numpy as np
import pytest
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from semi_pose.analysis.accuracy import TORSO, joint_rows, torso_tilt


@pytest.mark.parametrize(
    'shoulders, wanted', [((0, -10), 0), ((10, -10), 45), ((-10, 0), 90), ((0, 9), 180)]
)
def test_the_tilt_of_a_torso(shoulders, wanted):
    # 2 apart, round the hips at (5, 5).
    x, y = np.array([5, 5]) + shoulders
    places = [(x - 1, y), (x + 1, y), (4, 5), (6, 5)]
    found = dict(zip(TORSO, map(np.array, places), strict=True))
    assert torso_tilt(found) == pytest.approx(wanted)
    del found['left_hip']
    assert np.isnan(torso_tilt(found))


def test_joints_are_correct_within_a_tenth_of_the_longer_side():
    sample = PoseDataSample()
    sample.gt_instances = InstanceData(
        keypoints=np.array([[[10.0, 10.0], [20.0, 20.0], [30.0, 30.0]]]),
        keypoints_visible=np.array([[1.0, 1.0, 0.0]]),
        bboxes=np.array([[0.0, 0.0, 20.0, 50.0]]),
    )
    sample.pred_instances = InstanceData(
        keypoints=np.array([[[10.0, 14.9], [20.0, 25.1], [30.0, 30.0]]]),
        keypoint_scores=np.array([[0.25, 0.5, 1.0]]),
    )
    names = {0: 'left_elbow', 1: 'right_elbow', 2: 'head'}
    metainfo = dict(keypoint_id2name=names, sigmas=[0.05, 0.1, 0.1])
    first, second = joint_rows(sample, 7, metainfo)
    assert (first['joint'], first['side'], first['person']) == (
        'elbow',
        'left_elbow',
        7,
    )
    assert (first['correct'], second['correct']) == (True, False)
    assert (first['peak'], second['peak']) == (0.25, 0.5)
    # No area is labeled: 0.53 of the box, and exp(-d² / (2 (2 sigma)² area)).
    assert first['error'] == pytest.approx(4.9 / 50)
    wanted = np.exp(-(4.9**2) / (2 * 0.1**2 * 0.53 * 20 * 50))
    assert first['similarity'] == pytest.approx(wanted)
    sample.set_metainfo(dict(raw_ann_info=dict(area=400.0)))
    first, second = joint_rows(sample, 7, metainfo)
    assert second['similarity'] == pytest.approx(np.exp(-(5.1**2) / (2 * 0.04 * 400)))
