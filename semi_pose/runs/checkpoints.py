"""The checkpoints in a work dir."""

import zipfile
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
        key=lambda path: (path.name == named.name, path.stat().st_mtime),
        reverse=True,
    )
