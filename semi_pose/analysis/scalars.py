"""Reading of the scalars that MMEngine logs."""

import json
from collections.abc import Iterator
from pathlib import Path


def read_scalars(work_dir: str | Path) -> list[dict]:
    """Read the scalars of a run, the parts before and after a resume as one.

    A run may be writing at the same time: a line that is not whole yet is left
    out. What a run logged beyond the checkpoint that it was resumed from, and so
    did again, is left out too.

    Args:
        work_dir (str or Path): The run's work dir.

    Returns:
        list[dict]: A record a line of the logs, by rising ``step``.
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


def _records(path: Path) -> Iterator[dict]:
    for line in path.read_text().splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if 'step' in record:
            yield record
