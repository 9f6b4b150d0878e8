import pytest
from mmengine.config import Config

from semi_pose.errors import UserError
from semi_pose.recipes.check_hooks import check_hooks
from semi_pose.recipes.reading import read_config

DUAL = 'configs/lsp/efflite0_lsp20_dual.py'


def test_a_lost_semi_runner_is_named():
    cfg = read_config(DUAL)
    check_hooks(cfg)
    cfg.custom_hooks = [dict(type='CollapseMonitor')]
    with pytest.raises(UserError, match=f'{DUAL} trains on unlabeled people without'):
        check_hooks(cfg)
    cfg.default_hooks.semi = dict(type='SemiRunner')
    check_hooks(cfg)


def test_supervised_runs_need_none():
    loader = dict(dataset=dict(type='CocoDataset'))
    check_hooks(Config(dict(train_dataloader=loader)))
