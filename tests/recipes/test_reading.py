"""Reading of recipes, by path and from a package."""

from pathlib import Path

import pytest
from mmengine.config import Config

from semi_pose.errors import UserError
from semi_pose.recipes.reading import read_config

ROOT = Path(__file__).parents[2]
RECIPE = 'semi/res18_coco1k_dual.py'


def test_a_recipe_of_the_package_is_that_of_the_checkout():
    packaged = read_config(f'semi_pose::{RECIPE}')
    path = Path(packaged.filename)
    assert path.resolve() == ROOT / 'configs' / RECIPE
    direct = read_config(str(ROOT / 'configs' / RECIPE))
    assert packaged.to_dict() == direct.to_dict()


def test_a_config_builds_on_a_recipe_of_the_package(tmp_path):
    (tmp_path / 'mine.py').write_text(f"_base_ = 'semi_pose::{RECIPE}'\n")
    config = Config.fromfile(tmp_path / 'mine.py')
    assert config.model.type == 'DualPoseEstimator'


@pytest.mark.parametrize('path', ['nowhere.py', 'semi_pose::semi/nowhere.py'])
def test_a_missing_config_is_named(path):
    with pytest.raises(UserError, match=f'{path}.*semi_pose::FOLDER/NAME.py'):
        read_config(path)
