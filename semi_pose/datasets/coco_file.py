"""Reading of JSON files, with errors that say what to do."""

import json
import re
from pathlib import Path
from typing import Any

from semi_pose.errors import UserError

# What no top-down model reads, outlines of people above all, is half of COCO's files.
# It is cut out with the comma that follows, before the text becomes objects. A list of
# numbers ends at its last "]".
_NEEDLESS = re.compile(
    rb'"(?:segmentation"\s*:\s*\[[\d\s.,eE+\-\[\]]*\]'
    rb'|(?:license|coco_url|flickr_url|date_captured)"\s*:\s*(?:"[^"\\]*"|\d+))\s*,\s*'
)


def load_json(path: str) -> Any:
    """Read a JSON file, in UTF-8, UTF-16 or UTF-32, with a byte order mark or without.

    Outlines of people (``segmentation``) and addresses of pictures are left out.

    Args:
        path (str): The file.

    Returns:
        Any: What it holds.

    Raises:
        UserError: If the file is missing or is not JSON.
    """
    try:
        data = [Path(path).read_bytes()]  # a list: the only place that holds it
    except OSError as error:
        raise UserError(
            f'Cannot read {path} ({error.strerror}). Set --data-root to the folder '
            'that holds your data. Download COCO 2017 from '
            'https://cocodataset.org/#download; without it, `make demo` trains on '
            'pictures that it draws itself.'
        ) from error
    try:
        return json.loads(_decode(data.pop()))
    except UnicodeDecodeError as error:
        raise UserError(
            f'{path} is not valid JSON: its text is not UTF-8 ({error}). Save it again '
            'as UTF-8.'
        ) from error
    except ValueError as error:
        raise UserError(
            f'{path} is not valid JSON ({error}). It may be cut short: download or '
            'write it again.'
        ) from error


def _decode(data: bytes) -> str:
    encoding = json.detect_encoding(data)
    if encoding.startswith('utf-8'):
        data = _NEEDLESS.sub(b'', data)
    return data.decode(encoding)
