"""What a long work has found so far, so that it can go on after an interruption."""

import json
from pathlib import Path

from semi_pose.errors import UserError


class Journal:
    """A file that grows by a line for each result.

    Args:
        path (str or Path): The file. One that is there is read, and goes on; a last
            line that is cut short is left out.
        settings (dict): What the results depend on, its first line.

    Attributes:
        results (list[dict]): All results so far.

    Raises:
        UserError: If the file was begun with other settings, or cannot be written.
    """

    def __init__(self, path: str | Path, settings: dict) -> None:
        self.path = Path(path)
        self.results: list[dict] = []
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open('a+b')
        except OSError as error:
            raise UserError(
                f'{path} cannot be written ({error.strerror}): name another place by '
                '--out.'
            ) from error
        self._go_on(settings)

    @staticmethod
    def is_begun(path: str | Path, settings: dict) -> bool:
        """Say whether a journal is there that was begun with these settings.

        Args:
            path (str or Path): The file.
            settings (dict): What the results depend on.

        Returns:
            bool: Whether a new Journal would go on with it.
        """
        if not Path(path).is_file():
            return False
        with Path(path).open() as file:
            first = file.readline()
        return first == json.dumps(settings) + '\n'

    def _go_on(self, settings: dict) -> None:
        self._file.seek(0)
        text = self._file.read()
        whole = text[: text.rfind(b'\n') + 1]
        self._file.truncate(len(whole))
        lines = [json.loads(line) for line in whole.splitlines()]
        if not lines:
            self._write(settings)
            return
        if lines[0] != json.loads(json.dumps(settings)):
            raise UserError(
                f'{self.path} was begun with other options or other files: repeat '
                'those to go on, or begin again with --fresh.'
            )
        self.results = lines[1:]

    def add(self, result: dict) -> None:
        """Add a result; it is on the disk when this returns."""
        self._write(result)
        self.results.append(result)

    def _write(self, entry: dict) -> None:
        self._file.write(json.dumps(entry).encode() + b'\n')
        self._file.flush()

    def close(self) -> None:
        """Close the file; it stays."""
        self._file.close()
