"""The network that validation found best."""

import json

import pytest
from mmengine.config import Config
from mmengine.logging import HistoryBuffer

from semi_pose.errors import UserError
from semi_pose.export import best_network

NAMES = ('net1', 'net2')


def record(step, net1, net2, key='coco/AP'):
    return {key: net1, f'net1/{key}': net1, f'net2/{key}': net2, 'step': step}


def write_log(folder, *records):
    path = folder / '20260101_000000/vis_data/scalars.json'
    path.parent.mkdir(parents=True)
    path.write_text('\n'.join(map(json.dumps, records)))
    return str(folder / 'iter_20.pth')


def cfg(save_best=None):
    checkpoint = dict(save_best=save_best) if save_best else {}
    return Config(dict(default_hooks=dict(checkpoint=checkpoint)))


def saved(step, **scalars):
    histories = {
        f'val/{key}': HistoryBuffer([value], [1]) for key, value in scalars.items()
    }
    return dict(meta=dict(iter=step), message_hub=dict(log_scalars=histories))


def test_the_last_validation_up_to_the_checkpoint_counts(tmp_path):
    path = write_log(
        tmp_path, record(10, 0.3, 0.2), record(20, 0.3, 0.4), record(30, 0.5, 0.1)
    )
    best = best_network(cfg(), path, saved(20), NAMES)
    assert best == ('net2', 'coco/AP', 0.4)
    assert best_network(cfg(), path, saved(19), NAMES).name == 'net1'
    assert best_network(cfg(), path, saved(30), NAMES).name == 'net1'


@pytest.mark.parametrize('wanted', ['coco/PCK', 'ensemble/coco/PCK', 'net1/coco/PCK'])
def test_the_metric_of_save_best_counts(tmp_path, wanted):
    both = {**record(20, 0.9, 0.1), **record(20, 0.2, 0.3, 'coco/PCK')}
    path = write_log(tmp_path, both)
    assert best_network(cfg(), path, saved(20), NAMES).name == 'net1'
    best = best_network(cfg(wanted), path, saved(20), NAMES)
    assert best == ('net2', 'coco/PCK', 0.3)


def test_of_errors_the_least(tmp_path):
    scalars = {'net1/EPE': 3.0, 'net2/EPE': 2.0, 'EPE': 3.0}
    best = best_network(
        cfg('EPE'), str(tmp_path / 'a.pth'), saved(20, **scalars), NAMES
    )
    assert best == ('net2', 'EPE', 2.0)


def test_without_logs_the_checkpoint_s_own_record_counts(tmp_path):
    scalars = record(20, 0.1, 0.2)
    del scalars['step']
    best = best_network(cfg(), str(tmp_path / 'a.pth'), saved(20, **scalars), NAMES)
    assert best == ('net2', 'coco/AP', 0.2)


def test_no_validation(tmp_path):
    with pytest.raises(UserError, match='a.pth has no validation of net1, net2'):
        best_network(cfg(), str(tmp_path / 'a.pth'), dict(state_dict={}), NAMES)
