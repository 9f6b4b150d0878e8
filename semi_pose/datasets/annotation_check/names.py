"""Names of pictures, which must not leave the folder of the data."""

import os
import os.path as osp

import numpy as np

from semi_pose.datasets.annotation_check.report import Report

# An environment variable: processes that a tool starts know it too.
ALLOWED = 'SEMI_POSE_ALLOW_OUTSIDE'


def check_names(images: list[dict], folder: str, root: str, report: Report) -> None:
    """Check that names of pictures stay below the data root.

    Only the written names count: symbolic links may lead anywhere.

    Args:
        images (list[dict]): The images, all with names.
        folder (str): Folder that the names begin from.
        root (str): The data root. Where the folder is not below it, since the config
            says so, names must stay in the folder.
        report (Report): Where faults go.
    """
    if os.environ.get(ALLOWED):
        return
    home = root if root and _is_below(folder, root) else folder
    leaves = [
        number
        for number, image in enumerate(images)
        if _is_unusual(image['file_name'])
        and not _is_below(osp.join(folder, image['file_name']), home)
    ]
    if leaves:
        report.fault(
            f'leads out of {home}. Correct the names, or name a folder that holds all '
            f'pictures as data_root. If you trust the file, set {ALLOWED}=1 in the '
            'environment.',
            *('image', images, np.array(leaves), 'file_name'),
        )


def _is_unusual(name: str) -> bool:
    return '..' in name or osp.isabs(name)


def _is_below(path: str, folder: str) -> bool:
    path, folder = osp.abspath(path), osp.abspath(folder)
    return osp.commonpath([path, folder]) == folder
