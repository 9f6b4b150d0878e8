"""Reading of COCO files, with errors that say what to do."""

import json
from pathlib import Path
from typing import Any

from semi_pose.errors import UserError


def load_json(path: str) -> Any:
    """Read a JSON file.

    Args:
        path (str): The file.

    Returns:
        Any: What it holds.

    Raises:
        UserError: If the file is missing or is not JSON.
    """
    try:
        return json.loads(Path(path).read_bytes())
    except OSError as error:
        raise UserError(
            f'Cannot read {path} ({error.strerror}). Set --data-root to the folder '
            'that holds your data; COCO 2017 is to be had at '
            'https://cocodataset.org/#download; without it, `make demo` trains on '
            'pictures that it draws itself.'
        ) from error
    except ValueError as error:
        raise UserError(
            f'{path} is not valid JSON ({error}). It may be cut short: download or '
            'write it again.'
        ) from error


def load_coco(path: str) -> dict:
    """Read a COCO annotation file.

    Args:
        path (str): The JSON file.

    Returns:
        dict: The data set, with the lists ``images`` and ``annotations``.

    Raises:
        UserError: If the file is missing, is not JSON, or lacks those lists.
    """
    coco = load_json(path)
    for key in ('images', 'annotations'):
        if not isinstance(coco, dict) or not isinstance(coco.get(key), list):
            raise UserError(
                f'{path} is not a COCO annotation file: it has no list "{key}". Name '
                'a file such as annotations/person_keypoints_train2017.json.'
            )
    return coco
