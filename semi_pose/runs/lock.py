"""One run per work dir."""

import fcntl
import os
import socket
from pathlib import Path
from typing import TextIO

from semi_pose.errors import UserError

NAME = '.lock'
_held: dict[str, TextIO] = {}


def lock_work_dir(work_dir: str) -> None:
    """Lock a work dir until this process ends.

    The kernel releases the lock. Processes that this one forks do not hold it.

    Args:
        work_dir (str): The folder; it is made if it does not exist.

    Raises:
        UserError: If another process writes there.
    """
    path = Path(work_dir).resolve() / NAME
    if str(path) in _held:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open('a+')
    _lock(file)
    file.truncate(0)
    file.write(f'process {os.getpid()} on {socket.gethostname()}\n')
    file.flush()
    _held[str(path)] = file


def check_unlocked(work_dir: str | Path) -> None:
    """Check that no other process writes into a work dir.

    Args:
        work_dir (str or Path): The folder.

    Raises:
        UserError: If one does.
    """
    path = Path(work_dir).resolve() / NAME
    # To close a file ends the locks that this process has on it.
    if path.exists() and str(path) not in _held:
        with path.open('a+') as file:
            _lock(file)


def _lock(file: TextIO) -> None:
    """Lock a file until it is closed.

    Raises:
        UserError: If another process has locked it.
    """
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        raise UserError(
            f'Another run ({file.read().strip() or "unknown"}) writes into '
            f'{Path(file.name).parent}: wait until it ends, or name another --work-dir.'
        ) from error
