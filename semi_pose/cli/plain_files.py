"""Files of others are data: reading one executes nothing of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml
from mmengine.fileio.handlers.pickle_handler import PickleHandler
from mmengine.fileio.handlers.registry_utils import file_handlers
from mmengine.fileio.handlers.yaml_handler import YamlHandler

from semi_pose.errors import UserError


class _NoPickles(PickleHandler):
    def load_from_fileobj(self, file: Any, **kwargs: Any) -> Any:
        raise UserError(
            'A file that the config names is a pickle (.pkl), which can run code when '
            'it is read: write it again as JSON.'
        )


class _PlainYaml(YamlHandler):
    def load_from_fileobj(self, file: Any, **kwargs: Any) -> Any:
        # It knows tuples, which configs are dumped with, and makes no other objects.
        return yaml.load(file, Loader=yaml.FullLoader)


@contextmanager
def plain_files() -> Iterator[None]:
    """Let `mmengine.load` read no pickles, and of YAML plain values only."""
    stock = dict(file_handlers)
    file_handlers.update(dict.fromkeys(('pkl', 'pickle'), _NoPickles()))
    file_handlers.update(dict.fromkeys(('yml', 'yaml'), _PlainYaml()))
    try:
        yield
    finally:
        file_handlers.update(stock)
