"""The metric that selects the best checkpoint is one that validation computes."""

import pytest
from mmengine.config import Config

from semi_pose.errors import UserError
from semi_pose.recipes.best_metric import check_save_best


def config(metric: str, save_best: str) -> Config:
    hooks = dict(checkpoint=dict(save_best=save_best))
    return Config(dict(default_hooks=hooks, val_evaluator=dict(type=metric)))


def test_a_metric_that_is_computed_passes():
    check_save_best(config('CocoMetric', 'coco/AP'))


def test_another_is_refused():
    with pytest.raises(UserError, match='save_best=coco/mAP: there is no such metric'):
        check_save_best(config('CocoMetric', 'coco/mAP'))


def test_metrics_whose_names_are_not_known_pass():
    check_save_best(config('PoseTrack18Metric', 'posetrack18/Total AP'))
