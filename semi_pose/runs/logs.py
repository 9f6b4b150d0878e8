"""Reading of the scalars that MMEngine logs."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

# Higher is better.
METRICS = ('AP', 'AR', 'PCK', 'PCKh', 'tPCK', 'AUC')


def read_scalars(work_dir: str | Path) -> list[dict]:
    """Read the scalars of a run, with the parts before and after a resume joined.

    A run may still be writing, so an incomplete line is left out. Steps that a run
    logged and then repeated after a resume count only once, as logged last.

    Args:
        work_dir (str or Path): The run's work dir.

    Returns:
        list[dict]: One record per line of the logs, by rising ``step``.
    """
    merged = []
    for path in sorted(Path(work_dir).glob('*/vis_data/scalars.json')):
        part = list(_records(path))
        if part:
            merged = [one for one in merged if one['step'] < part[0]['step']] + part
    return merged


def series(records: list[dict], key: str) -> tuple[list[int], list[float]]:
    """Pick one quantity.

    Args:
        records (list[dict]): What :func:`read_scalars` returned.
        key (str): Such as ``coco/AP`` or ``response``.

    Returns:
        tuple[list[int], list[float]]: Steps, and the values there.
    """
    points = [(one['step'], one[key]) for one in records if key in one]
    return [step for step, _ in points], [value for _, value in points]


def is_validation(record: dict) -> bool:
    """Say whether a record holds the metrics of a validation."""
    return any(key.rsplit('/', 1)[-1] in METRICS for key in record)


def network_metrics(record: dict) -> dict[str, dict[str, float]]:
    """Sort the metrics of a validation by network.

    Args:
        record (dict): Such as ``{'coco/AP': ..., 'net1/coco/AP': ...}``.

    Returns:
        dict[str, dict[str, float]]: METRICS from 0 to 1 by network; a stock
        model's are ``net1``'s.
    """
    # MPII's metric, which alone has this entry, is already in percent.
    share = 0.01 if any(key.endswith('PCK@0.1') for key in record) else 1
    by_network: dict[str, dict[str, float]] = {}
    for key, value in record.items():
        network, _, rest = key.partition('/')
        # A network's metrics follow those of the tested one, which have no name.
        if rest not in record:
            network, rest = '', key
        name = rest.rsplit('/', 1)[-1]
        if name in METRICS:
            by_network.setdefault(network, {})[name] = value * share
    tested = by_network.pop('', {})
    return by_network or {'net1': tested}


def epoch_length(records: list[dict]) -> int | None:
    """Find the steps per epoch from a log; None if it counts no epochs."""
    counts = [
        math.ceil(one['iter'] / one['epoch'])
        for one in records
        if one.get('epoch') and 'iter' in one
    ]
    return max(counts, default=None)


def in_steps(records: list[dict]) -> list[dict]:
    """Set the training step of validations that are logged by epoch.

    Args:
        records (list[dict]): What :func:`read_scalars` returned.

    Returns:
        list[dict]: The same for a run that counts steps.
    """
    length = epoch_length(records)
    if length is None:
        return records
    epochs = max(one.get('epoch', 0) for one in records)
    return [
        {**one, 'step': one['step'] * length}
        if is_validation(one) and one['step'] <= epochs
        else one
        for one in records
    ]


def _records(path: Path) -> Iterator[dict]:
    for line in path.read_text().splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if 'step' in record:
            yield record
