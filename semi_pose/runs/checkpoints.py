"""The checkpoints in a work dir."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from semi_pose.runs.logs import read_scalars


class Best(NamedTuple):
    """The best checkpoint of a run.

    Attributes:
        path (Path): The file.
        metric (str): What selected it, such as ``coco/AP``.
        when (str): When it was written, such as ``iter 400``.
        value (float, optional): The metric there; None if the log lacks it.
    """

    path: Path
    metric: str
    when: str
    value: float | None


def best_checkpoint(work_dir: str | Path) -> Best | None:
    """Find the best checkpoint that ``save_best`` has written.

    Args:
        work_dir (str or Path): The run's work dir.

    Returns:
        Best, optional: The newest whole one; None if there is none.
    """
    files = sorted(Path(work_dir).glob('best_*.pth'), key=_written, reverse=True)
    path = next(filter(is_whole, files), None)
    found = path and re.fullmatch(r'best_(.+)_(iter|epoch)_(\d+)', path.stem)
    if not found:
        return None
    metric, unit, number = found.groups()
    for record in read_scalars(work_dir):
        for key, value in record.items():
            # MMEngine writes metrics in the names of files so.
            if record['step'] == int(number) and key.replace('/', '_') == metric:
                return Best(path, key, f'{unit} {number}', value)
    return Best(path, metric, f'{unit} {number}', None)


def chosen_checkpoint(work_dir: str | Path) -> str | None:
    """Return the checkpoint of a run that is to be used: the best, or else the newest.

    Args:
        work_dir (str or Path): The run's work dir.

    Returns:
        str, optional: Its path; None if there is none.
    """
    best = best_checkpoint(work_dir)
    return str(best.path) if best else newest_checkpoint(work_dir)[0]


def _written(path: Path) -> float:
    return path.stat().st_mtime


def newest_checkpoint(work_dir: str | Path) -> tuple[str | None, list[str]]:
    """Find the newest complete checkpoint that a run can resume from.

    Args:
        work_dir (str or Path): The run's work dir.

    Returns:
        tuple[str | None, list[str]]: Its path, None if there is none, and newer files
        that are incomplete.
    """
    torn = []
    for path in _candidates(Path(work_dir)):
        if is_whole(path):
            return str(path), torn
        torn.append(str(path))
    return None, torn


def is_whole(path: Path) -> bool:
    """Say whether a checkpoint is complete."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, zipfile.BadZipFile):
        return False


def _candidates(work_dir: Path) -> Iterator[Path]:
    """Yield what ``last_checkpoint`` names, then the others, the newest first."""
    named = work_dir / 'last_checkpoint'
    first = Path(named.read_text().strip() or '.') if named.is_file() else None
    if first is not None and first.suffix:
        yield first
    # Best checkpoints have no optimizer state to resume with.
    others = [path for path in work_dir.glob('*.pth') if path.name[:5] != 'best_']
    for path in sorted(others, key=_written, reverse=True):
        if path != first:
            yield path
