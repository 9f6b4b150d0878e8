"""Configs that cannot be made semi-supervised are refused in one sentence."""

import pytest
from mmengine.config import Config
from mmpose.models import BaseHead
from mmpose.registry import MODELS

from semi_pose.errors import UserError
from semi_pose.recipes.check_stock import REASONS, check_stock

from ..helpers.runs import supervised_model
from ..helpers.tiny import estimator


def config(**changes) -> Config:
    model = {**supervised_model(), **changes}
    return Config(dict(model=model, train_dataloader=dict()))


def head(**changes) -> dict:
    return {**supervised_model()['head'], **changes}


def refusal(cfg: Config) -> str:
    with pytest.raises(UserError) as error:
        check_stock(cfg, 'stock.py')
    message = str(error.value)
    assert message.startswith('stock.py') and message.count('. ') == 0
    return message


def test_heatmaps_are_taken():
    for kind in ('HeatmapHead', 'ViPNASHead', 'CPMHead', 'MSPNHead'):
        check_stock(config(head=head(type=kind)), 'stock.py')
    udp = dict(head()['decoder'], type='UDPHeatmap')
    check_stock(config(head=head(decoder=udp)), 'stock.py')


@pytest.mark.parametrize(
    ('kind', 'reason'),
    [
        ('SimCCHead', 'SimCC'),
        ('RTMCCHead', 'SimCC'),
        ('RLEHead', 'regression'),
        ('IntegralRegressionHead', 'regression'),
        ('AssociativeEmbeddingHead', 'bottom-up'),
        ('RTMOHead', 'bottom-up'),
        ('TemporalRegressionHead', '3D'),
        ('VisPredictHead', 'several losses'),
    ],
)
def test_other_heads_are_refused(kind, reason):
    message = refusal(config(head=head(type=kind)))
    assert f'{kind} ' in message and reason in message and 'topdown_heatmap' in message


def test_every_head_of_mmpose_is_known():
    heads = {
        name
        for name, kind in MODELS.module_dict.items()
        if kind.__module__.startswith('mmpose.models.heads') and name.endswith('Head')
    }
    assert set(REASONS) < heads
    taken = {'HeatmapHead', 'ViPNASHead', 'CPMHead', 'MSPNHead'}
    assert {name for name in heads if issubclass(MODELS.get(name), BaseHead)} <= (
        set(REASONS) | taken
    )


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        (dict(type='BottomupPoseEstimator'), 'bottom-up'),
        (dict(type='PoseLifter'), '3D'),
        (dict(type='Other'), 'is not a top-down model'),
        (dict(head=head(type='NoSuchHead')), 'NoSuchHead is not a head of heatmaps'),
        (
            dict(head=head(loss=dict(type='MultipleLossWrapper', losses=[]))),
            'several losses',
        ),
        (
            dict(head=head(decoder=dict(type='UDPHeatmap', heatmap_type='combined'))),
            'UDPHeatmap combined predicts offsets too',
        ),
        (dict(head=head(decoder=dict(type='SPR'))), 'SPR is not a codec of plain'),
    ],
)
def test_other_models_are_refused(changes, reason):
    assert reason in refusal(config(**changes))


def test_a_recipe_is_not_made_twice():
    assert 'semi-supervised already' in refusal(config(**estimator()))


def test_a_config_without_a_model_is_refused():
    assert 'trains nothing' in refusal(Config(dict(train_dataloader=dict())))


def test_a_missing_package_is_named():
    backbone = dict(type='no_such_package.VisionTransformer')
    with pytest.raises(UserError, match='pip install no_such_package'):
        check_stock(config(backbone=backbone), 'stock.py')
