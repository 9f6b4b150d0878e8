"""The metric that selects the best checkpoint is one that validation computes."""

import pytest
from mmengine.config import Config
from mmpose.evaluation import CocoMetric

from semi_pose.errors import UserError
from semi_pose.recipes.best_metric import check_save_best, metric_names


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


@pytest.mark.parametrize(
    'evaluator',
    [
        dict(type='Evaluator', metrics=[dict(type='CocoMetric')]),
        [dict(type=CocoMetric)],
        dict(type='CocoMetric', prefix='coco'),
    ],
)
def test_the_names_of_metrics(evaluator):
    assert 'coco/AP' in metric_names(Config(dict(val_evaluator=evaluator)))


@pytest.mark.parametrize('evaluator', [None, dict(type='Mine'), [dict(type='Mine')]])
def test_names_that_are_not_known(evaluator):
    cfg = Config(dict(val_evaluator=evaluator))
    assert metric_names(cfg) == []
    check_save_best(cfg)
