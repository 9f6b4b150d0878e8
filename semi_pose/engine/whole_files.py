"""Files that are complete or absent."""

import os
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

PARTIAL = '.partial'


def write_whole(path: str | Path, content: bytes) -> None:
    """Write a file under another name first, so it is never incomplete.

    Args:
        path (str or Path): The file; an old one stays if this fails.
        content (bytes): What to write.

    Raises:
        OSError: If it cannot be written; its ``filename`` is the path.
    """
    path = Path(path)
    partial = path.with_name(path.name + PARTIAL)
    try:
        with partial.open('wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error


@register_backend('whole')
class WholeFileBackend(LocalBackend):
    """MMEngine's local files, written completely or not at all."""

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write a file, and make its folder."""
        Path(filepath).parent.mkdir(parents=True, exist_ok=True)
        write_whole(filepath, obj)

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Write a text file, and make its folder."""
        self.put(obj.encode(encoding), filepath)
