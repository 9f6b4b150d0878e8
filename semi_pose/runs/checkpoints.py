"""The checkpoints in a work dir."""

import zipfile
from collections.abc import Iterator
from pathlib import Path


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
    for path in sorted(others, key=lambda one: one.stat().st_mtime, reverse=True):
        if path != first:
            yield path
