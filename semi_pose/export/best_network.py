"""The network of a run that validation found best."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mmengine.config import Config

from semi_pose.errors import UserError
from semi_pose.runs.logs import METRICS, in_steps, is_validation, read_scalars

LESS_IS_BETTER = ('EPE', 'NME')
MEMBER = re.compile(r'(net\d|ensemble|student|ema)/')


class Best(NamedTuple):
    """The best network, and by which metric."""

    name: str
    metric: str
    value: float


def best_network(
    cfg: Config, path: str, checkpoint: dict, names: Sequence[str]
) -> Best:
    """Find the network with the best metric in the last validation of a checkpoint.

    The metric is that of ``save_best``, or else AP, AR or PCK, whichever there is.

    Args:
        cfg (Config): The config of the run.
        path (str): The checkpoint, in the run's work dir, whose logs are read. Where
            there are none, the checkpoint's own record of earlier validations counts.
        checkpoint (dict): What it holds.
        names (Sequence[str]): The networks to choose from.

    Returns:
        Best: The first of the best.

    Raises:
        UserError: If no validation of these networks is found.
    """
    record = _logged(path, checkpoint) or _recorded(checkpoint)
    for metric in _metrics(cfg, record):
        values = {
            name: record[f'{name}/{metric}']
            for name in names
            if f'{name}/{metric}' in record
        }
        if len(values) == len(names):
            less = metric.rsplit('/', 1)[-1] in LESS_IS_BETTER
            name = (min if less else max)(values, key=values.get)
            return Best(name, metric, values[name])
    raise UserError(
        f'{path} has no validation of {", ".join(names)} in the logs beside it or in '
        'itself: name one of them with --network.'
    )


def _metrics(cfg: Config, record: dict) -> list[str]:
    """List metrics without names of networks: that of save_best, then the usual."""
    wanted = cfg.get('default_hooks', {}).get('checkpoint', {}).get('save_best') or []
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    shorts = list(dict.fromkeys(MEMBER.sub('', key) for key in record))
    usual = [
        key for name in METRICS for key in shorts if key.rsplit('/', 1)[-1] == name
    ]
    return [*(MEMBER.sub('', key) for key in wanted), *usual]


def _logged(path: str, checkpoint: dict) -> dict[str, float]:
    """Read the last validation up to the checkpoint's step from the logs."""
    step = checkpoint.get('meta', {}).get('iter')
    if step is None or '://' in path:
        return {}
    records = in_steps(read_scalars(Path(path).parent))
    found = [one for one in records if is_validation(one) and one['step'] <= step]
    return found[-1] if found else {}


def _recorded(checkpoint: dict) -> dict[str, float]:
    """Read the last validation that the checkpoint remembers."""
    scalars = checkpoint.get('message_hub', {}).get('log_scalars', {})
    return {
        key.removeprefix('val/'): float(history.data[0][-1])
        for key, history in scalars.items()
        if key.startswith('val/') and len(history.data[0])
    }
