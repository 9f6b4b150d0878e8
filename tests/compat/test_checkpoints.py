import io
import os
import pickle

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmengine.runner.checkpoint import CheckpointLoader
from mmengine.utils import digit_version

from semi_pose.compat import checkpoints
from semi_pose.errors import UserError

from ..helpers import hostile

lists_globals = pytest.mark.skipif(
    digit_version(torch.__version__) < digit_version('2.6'),
    reason='before torch 2.6 a checkpoint loads without a list',
)


class Line(BaseModel):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def forward(self, inputs, mode='loss'):
        return {'loss': self.layer(torch.stack(inputs)).square().mean()}


def build_runner(work_dir, epochs, **kwargs):
    data = [{'inputs': torch.ones(2) * i} for i in range(4)]
    return Runner(
        Line(),
        str(work_dir),
        train_dataloader={
            'dataset': data,
            'batch_size': 2,
            'sampler': {'type': 'DefaultSampler', 'shuffle': True},
        },
        train_cfg={'by_epoch': True, 'max_epochs': epochs},
        optim_wrapper={'optimizer': {'type': 'Adam', 'lr': 0.1}},
        param_scheduler={'type': 'MultiStepLR', 'milestones': [1]},
        experiment_name=f'{work_dir.name}_{epochs}',
        default_scope='mmengine',
        log_level='ERROR',
        **kwargs,
    )


def save(value):
    """Save in torch's old format, a bare stream of pickles that bytes.replace fits."""
    stream = io.BytesIO()
    torch.save(value, stream, _use_new_zipfile_serialization=False)
    return stream.getvalue()


def load(payload):
    return torch.load(io.BytesIO(payload), weights_only=True)


@lists_globals
def test_runner_checkpoint_loads_with_weights_only(tmp_path):
    runner = build_runner(tmp_path, 1)
    runner.message_hub.update_info('best_score', np.float32(0.5))
    runner.message_hub.update_info('random_state', np.random.get_state())
    runner.train()

    checkpoint = torch.load(tmp_path / 'epoch_1.pth', weights_only=True)

    history = checkpoint['message_hub']['log_scalars']['train/loss']
    expected = runner.message_hub.get_scalar('train/loss')
    assert len(history.data[0]) == 2
    assert history.statistics('mean') == expected.mean()
    assert checkpoint['message_hub']['runtime_info']['best_score'] == 0.5
    keys = checkpoint['message_hub']['runtime_info']['random_state'][1]
    np.testing.assert_array_equal(
        keys, runner.message_hub.get_info('random_state')[1], strict=True
    )
    torch.testing.assert_close(
        checkpoint['state_dict']['layer.weight'], runner.model.layer.weight.detach()
    )
    assert set(checkpoint['optimizer']['state']) == {0, 1}


def test_runner_resumes_its_checkpoint(tmp_path):
    build_runner(tmp_path, 1).train()

    runner = build_runner(
        tmp_path, 2, load_from=str(tmp_path / 'epoch_1.pth'), resume=True
    )
    runner.train()

    assert (runner.epoch, runner.iter) == (2, 4)
    assert len(runner.message_hub.get_scalar('train/loss').data[0]) == 4


@lists_globals
@pytest.mark.parametrize('core', ['core', '_core'])
def test_arrays_of_numpy_1_and_2_load(core):
    payload = save({'sigmas': np.arange(3.0), 'ap': np.float64(0.25)})
    for name in (b'core', b'_core'):
        payload = payload.replace(
            b'numpy.' + name + b'.multiarray', f'numpy.{core}.multiarray'.encode()
        )
    assert f'numpy.{core}.multiarray'.encode() in payload

    loaded = load(payload)

    np.testing.assert_array_equal(loaded['sigmas'], [0.0, 1.0, 2.0])
    assert loaded['ap'] == 0.25


class Call:
    """Pickles as a call of `function`, as a malicious checkpoint does."""

    def __init__(self, function, *args):
        self.function, self.args = function, args

    def __reduce__(self):
        return self.function, self.args


CALLS = pytest.mark.parametrize(
    'call',
    [
        Call(getattr, HistoryBuffer, '__init__'),
        Call(getattr, HistoryBuffer, 'register_statistics'),
        Call(getattr, np.ndarray, 'tofile'),
        Call(getattr, Call(getattr, HistoryBuffer, 'mean'), '__globals__'),
        Call(eval, '1 + 1'),
        Call(os.system, 'true'),
    ],
    ids=['init', 'register', 'ndarray', 'globals', 'eval', 'system'],
)


@CALLS
def test_malicious_checkpoint_is_refused(call):
    with pytest.raises(pickle.UnpicklingError):
        load(save({'state_dict': call}))


def test_guarded_getattr_answers_for_statistics_alone():
    assert checkpoints._statistic(HistoryBuffer, 'mean') is HistoryBuffer.mean
    with pytest.raises(pickle.UnpicklingError, match='_set_default_statistics'):
        checkpoints._statistic(HistoryBuffer, '_set_default_statistics')
    with pytest.raises(pickle.UnpicklingError, match='only the statistics'):
        checkpoints._statistic(np, 'min')


# Before torch 2.6 a list of our own is enforced.
BOTH = pytest.mark.parametrize(
    'lists_globals', [pytest.param(True, marks=lists_globals), False]
)


@BOTH
@pytest.mark.parametrize('zipped', [True, False])
@CALLS
def test_mmengine_runs_no_code(call, zipped, lists_globals, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, 'LISTS_GLOBALS', lists_globals)
    path = tmp_path / 'bad.pth'
    options = dict(_use_new_zipfile_serialization=zipped)
    torch.save({'state_dict': call}, path, **options)
    stock = torch.load
    with pytest.raises(UserError, match=f'{path} was not loaded: it wants Python to'):
        CheckpointLoader.load_checkpoint(str(path), 'cpu')
    assert torch.load is stock


@BOTH
def test_mmengine_loads_its_own(lists_globals, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, 'LISTS_GLOBALS', lists_globals)
    runner = build_runner(tmp_path, 1)
    runner.message_hub.update_info('best_score', np.float32(0.5))
    runner.train()
    loaded = CheckpointLoader.load_checkpoint(str(tmp_path / 'epoch_1.pth'), 'cpu')
    history = loaded['message_hub']['log_scalars']['train/loss']
    assert history.mean() == runner.message_hub.get_scalar('train/loss').mean()
    assert loaded['message_hub']['runtime_info']['best_score'] == 0.5


@BOTH
@pytest.mark.parametrize('content', [b'', b'<html>', pickle.dumps([1])[:5]])
def test_what_is_no_checkpoint(content, lists_globals, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, 'LISTS_GLOBALS', lists_globals)
    path = tmp_path / 'bad.pth'
    path.write_bytes(content)
    with pytest.raises(UserError, match=f'{path} cannot be read .* name another one'):
        CheckpointLoader.load_checkpoint(str(path), 'cpu')


@pytest.mark.parametrize('share', [0.3, 0.5, 0.97])
def test_a_checkpoint_cut_short(share, tmp_path):
    path = tmp_path / 'short.pth'
    torch.save({'state_dict': {'a': torch.ones(9999)}}, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(UserError, match=f'{path} cannot be read '):
        CheckpointLoader.load_checkpoint(str(path), 'cpu')


def test_other_errors_stay(tmp_path):
    with pytest.raises(FileNotFoundError):
        CheckpointLoader.load_checkpoint(str(tmp_path / 'none.pth'), 'cpu')
    with pytest.raises(IsADirectoryError), checkpoints._weights_only():
        torch.load(tmp_path)


def test_downloads_are_read_as_data(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    (tmp_path / 'checkpoints').mkdir()
    path = tmp_path / 'checkpoints/bad.pth'
    marker = tmp_path / 'marker'
    hostile.write_checkpoint(path, marker)
    with pytest.raises(UserError, match='https://x.org/bad.pth was not loaded'):
        CheckpointLoader.load_checkpoint('https://x.org/bad.pth', 'cpu')
    assert not marker.exists()
