"""The checkpoints in a work dir."""

import re
import zipfile
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


def _candidates(work_dir: Path) -> list[Path]:
    """List a work dir's own checkpoints: the one named first, then the newest first.

    ``last_checkpoint`` names a path, of which the file's name alone counts: work dirs
    are moved and copied. Only a run that keeps its checkpoints elsewhere
    (``CheckpointHook.out_dir``), and so has none here, is followed to that path.
    """
    file = work_dir / 'last_checkpoint'
    named = Path(file.read_text().strip() if file.is_file() else '')
    # Best checkpoints have no optimizer state to resume with.
    own = [path for path in work_dir.glob('*.pth') if path.name[:5] != 'best_']
    if not own and named.is_file():
        return [named]
    return sorted(
        own,
        key=lambda path: (path.name == named.name, _written(path)),
        reverse=True,
    )
