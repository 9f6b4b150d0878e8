"""Reading of recipes: MMPose configs with semi-supervised parts."""

from pathlib import Path

from mmengine.config import Config
from mmengine.hub import get_config
from mmengine.registry import init_default_scope
from yaml import YAMLError

from semi_pose.errors import UserError
from semi_pose.recipes.data_root import TRAIN, check_files
from semi_pose.recipes.layouts import use_data


def read_config(path: str) -> Config:
    """Read a config.

    Args:
        path (str): Config file, or one that a package carries, such as
            `semi_pose::semi/res18_coco1k_dual.py`.

    Returns:
        Config: The config.

    Raises:
        UserError: If the file, or one that it builds on, is missing or broken.
    """
    try:
        return get_config(path) if '::' in path else Config.fromfile(path)
    except FileNotFoundError as error:
        raise UserError(
            f'Cannot read the config {path}: {error}. The recipes are in '
            'configs/, and installed ones are named semi_pose::FOLDER/NAME.py.'
        ) from error
    except (SyntaxError, ValueError, YAMLError, OSError) as error:
        raise UserError(f'Cannot read the config {path}: {error}') from error


def load_recipe(path: str, data_root: str | None = None) -> Config:
    """Read a recipe and check that its data exists.

    Args:
        path (str): Config file.
        data_root (str, optional): Folder of the data, instead of the config's; a split
            or the small layout too.

    Returns:
        Config: The config.

    Raises:
        UserError: If the config or its data is missing.
    """
    cfg = read_config(path)
    use_data(cfg, data_root)
    check_files(cfg, TRAIN)
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    return cfg


def recorded_config(work_dir: Path, data_root: str | None = None) -> Config:
    """Read the config that a run has saved in its work dir.

    Args:
        work_dir (Path): The folder.
        data_root (str, optional): Folder of the data, if it lies elsewhere now.

    Returns:
        Config: The config, whose data exists.

    Raises:
        UserError: If there is none, or its data is missing.
    """
    found = sorted(work_dir.glob('*.py'), key=lambda path: path.stat().st_mtime)
    if not found:
        raise UserError(
            f'{work_dir} holds no config of a run: name the work dir of a training.'
        )
    return load_recipe(str(found[-1]), data_root)
