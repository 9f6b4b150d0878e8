import pytest
from mmengine.config import Config
from mmengine.registry import PARAM_SCHEDULERS
from torch import nn, optim

from semi_pose.recipes.schedule import scaled_schedule


def recipe(*schedulers):
    hooks = dict(checkpoint=dict(interval=100), logger=dict(interval=10))
    return Config(
        dict(
            train_cfg=dict(max_iters=1000, val_interval=100),
            default_hooks=hooks,
            param_scheduler=list(schedulers),
            model=dict(),
        )
    )


def rates(cfg, steps):
    """Learning rates of a training, from 1 on."""
    cfg.merge_from_dict(scaled_schedule(cfg, steps))
    optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1)
    schedulers = [
        PARAM_SCHEDULERS.build(one, default_args=dict(optimizer=optimizer))
        for one in cfg.param_scheduler
    ]
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        for one in schedulers:
            one.step()
    return values


WARMUP = dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False)
COSINE = dict(type='CosineAnnealingLR', T_max=900, begin=100, end=1000, by_epoch=False)


@pytest.mark.parametrize('steps', [50, 200, 1000, 3000])
def test_a_warm_up_and_a_cosine_of_any_length(steps):
    values = rates(recipe(WARMUP, COSINE), steps)
    top = values.index(max(values))
    assert values[0] == pytest.approx(0.01) and values[top] == pytest.approx(1)
    assert abs(top - steps / 10) <= 2
    assert values[-1] < 0.01
    assert values[round(0.55 * steps)] == pytest.approx(0.5, abs=0.06)


def test_the_shortest_warm_up_ends():
    assert rates(recipe(WARMUP), 4) == pytest.approx([0.01, 1, 1, 1])


def test_settings_of_schedulers():
    milestones = dict(type='MultiStepLR', milestones=[700, 900], by_epoch=False)
    settings = scaled_schedule(recipe(WARMUP, COSINE, milestones), 100)
    found = {key: settings[key] for key in settings if key.startswith('param')}
    assert found == {
        'param_scheduler.0.end': 10,
        'param_scheduler.1.T_max': 90,
        'param_scheduler.1.begin': 10,
        'param_scheduler.1.end': 100,
        'param_scheduler.2.milestones': [70, 90],
    }


def test_intervals_that_are_not_set_stay_so():
    cfg = recipe()
    cfg.default_hooks.checkpoint.interval = -1  # the last one alone
    del cfg.train_cfg.val_interval, cfg.default_hooks['logger']
    assert scaled_schedule(cfg, 10) == {'train_cfg.max_iters': 10}
