"""Folders of data that are laid out otherwise than a recipe says."""

from pathlib import Path

from mmengine.config import Config

from semi_pose.recipes.data_root import set_data_root
from semi_pose.recipes.small_layout import use_small_layout
from semi_pose.recipes.split_layout import use_split


def use_data(cfg: Config, root: str | Path | None, write: bool = True) -> str | None:
    """Let a recipe read another data folder, whatever its layout.

    Args:
        cfg (Config): The config; changed in place.
        root (str or Path, optional): The folder; without one nothing is changed.
        write (bool): Whether to write parts of the small layout.

    Returns:
        str, optional: What :func:`use_layout` says.

    Raises:
        UserError: If the config names no data root or several, or a file of the
            layout cannot be read.
    """
    if not root:
        return None
    set_data_root(cfg, str(root))
    return use_layout(cfg, str(root), write)


def use_layout(cfg: Config, root: str, write: bool = True) -> str | None:
    """Fit a recipe to a split, or to the small layout.

    Args:
        cfg (Config): The config; changed in place. Without ``work_dir`` it gets
            MMPose's default one, where parts of the small layout are written.
        root (str): The data root.
        write (bool): Whether to write parts of the small layout.

    Returns:
        str, optional: What was done; None if the folder is laid out as the recipe says.

    Raises:
        UserError: If a file of the layout cannot be read.
    """
    name_work_dir(cfg)
    return use_split(cfg, root) or use_small_layout(cfg, root, write)


def name_work_dir(cfg: Config) -> None:
    """Give a config MMPose's default ``work_dir``, unless it names one."""
    cfg.work_dir = cfg.get('work_dir') or f'work_dirs/{Path(cfg.filename).stem}'
