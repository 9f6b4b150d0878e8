"""Clear errors for exceptions of other libraries that the user can fix."""

import errno
import os.path as osp
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import URLError

import torch
from mmengine.config import Config
from mmengine.runner.checkpoint import get_external_models, get_torchvision_models

from semi_pose.errors import UserError
from semi_pose.runs import newest_checkpoint

# A disk, a quota, or a limit on the size of files.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def explained(cfg: Config) -> Iterator[None]:
    """Turn exceptions that the user can fix into a UserError; leave the others.

    Args:
        cfg (Config): The config of the run.

    Raises:
        UserError: Instead of an exception whose cause is known.
    """
    try:
        yield
    except UserError as error:
        raise UserError(_without_worker_traceback(error)) from error
    except Exception as error:
        for explain in _EXPLANATIONS:
            if message := explain(error, cfg):
                raise UserError(message) from error
        raise


def _without_worker_traceback(error: UserError) -> str:
    """Return the message without the traceback that worker processes add."""
    return str(error).rsplit('UserError: ', 1)[-1].strip()


def _explain_download(error: Exception, cfg: Config) -> str | None:
    if not isinstance(error, (URLError, ConnectionError, TimeoutError)):
        return None
    folder = osp.join(torch.hub.get_dir(), 'checkpoints')
    weights = [
        (key, url)
        for key, url in _downloads(cfg.model, 'model')
        if not osp.exists(osp.join(folder, osp.basename(url)))
    ]
    if not weights:
        return f'A download failed ({error}). Check the network connection.'
    urls = ', '.join(sorted({url for _, url in weights}))
    options = ' '.join(f'{key}.init_cfg=None' for key, _ in weights)
    return (
        f'Cannot download the pretrained weights {urls} ({error}). Download them '
        f'manually into {folder}, or start from random weights: --cfg-options {options}'
    )


def _downloads(node: Any, key: str) -> Iterator[tuple[str, str]]:
    """Yield the places of weights in the model's config, and their addresses."""
    if not isinstance(node, dict):
        return
    init_cfg = node.get('init_cfg')
    name = init_cfg.get('checkpoint') if isinstance(init_cfg, dict) else None
    if name and '://' in name:
        yield key, _address(name)
    for child, value in node.items():
        yield from _downloads(value, f'{key}.{child}')


def _address(name: str) -> str:
    scheme, _, model = name.partition('://')
    if scheme == 'torchvision':
        return get_torchvision_models().get(model, name)
    if scheme in ('open-mmlab', 'openmmlab'):
        return get_external_models().get(model, name)
    return name


def _explain_checkpoint(error: Exception, cfg: Config) -> str | None:
    found = re.match(r'(.*) can not be found\.', str(error))
    if not isinstance(error, FileNotFoundError) or not found:
        return None
    return f'Checkpoint {found[1]} does not exist: correct the path, or train first.'


def _explain_disk(error: Exception, cfg: Config) -> str | None:
    if not isinstance(error, OSError) or error.errno not in FULL:
        return None
    folder = cfg.get('work_dir')  # of a training
    cannot = f'Cannot write {error.filename or folder or "a file"}: {error.strerror}.'
    if folder is None:
        return f'{cannot} Free some space, then run the same command again.'
    checkpoint, _ = newest_checkpoint(folder)
    kept = f'{checkpoint} is whole' if checkpoint else 'There is no checkpoint yet'
    return f'{cannot} {kept}. Free some space, then run the same command with --resume.'


def _explain_amp(error: Exception, cfg: Config) -> str | None:
    if isinstance(error, AssertionError) and '``AmpOptimizerWrapper``' in str(error):
        return '--amp needs a GPU, and none is visible: train without it.'
    return None


def _explain_image(error: Exception, cfg: Config) -> str | None:
    found = re.search(r'`([^`]*)` occurs when loading `([^`]*)`', str(error))
    if not found:
        return None
    return (
        f'Image {found[2]} cannot be read ({found[1]}). Validation needs every image: '
        'restore it, or remove it from the annotation file.'
    )


def _explain_empty(error: Exception, cfg: Config) -> str | None:
    if not isinstance(error, ValueError) or 'need at least one array' not in str(error):
        return None
    return (
        f'A data set of {cfg.filename} is empty: correct its indices, or name another '
        'file.'
    )


_EXPLANATIONS = (
    _explain_disk,
    _explain_download,
    _explain_checkpoint,
    _explain_amp,
    _explain_image,
    _explain_empty,
)
