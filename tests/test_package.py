"""The sdist, and the wheel built from it: all that `pip install semi_pose` brings."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from semi_pose.__main__ import find_tools

from .tools.conftest import RUN, TINY

ROOT = Path(__file__).parents[1]
BASE = 'semi_pose::semi/res18_coco1k_dual.py'


def run(*command, cwd, check=True):
    """Run a command far from the checkout."""
    hidden = 'PYTHONPATH', 'VIRTUAL_ENV'
    environment = {key: os.environ[key] for key in os.environ if key not in hidden}
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**environment, 'OMP_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0 or not check, done.stdout
    return done.stdout


@pytest.fixture(scope='module')
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('dist')
    egg_info = 'egg_info', '--egg-base', folder
    run(sys.executable, 'setup.py', '-q', *egg_info, 'sdist', '-d', folder, cwd=ROOT)
    (sdist,) = folder.glob('semi_pose-*.tar.gz')
    pip = sys.executable, '-m', 'pip', '-q', 'wheel', '--no-deps'
    run(*pip, '--no-build-isolation', '-w', folder, sdist, cwd=folder)
    (path,) = folder.glob('semi_pose-*.whl')
    return path


@pytest.fixture(scope='module')
def python(wheel, tmp_path_factory) -> Path:
    """An environment with the wheel; torch and the like are this one's."""
    folder = tmp_path_factory.mktemp('venv')
    venv.create(folder, symlinks=True)
    python = folder / 'bin/python'
    pip = sys.executable, '-m', 'pip', '--python', python, '-q'
    run(*pip, 'install', '--no-deps', '--no-index', wheel, cwd=folder)
    (packages,) = folder.glob('lib/python*/site-packages')
    # Its own .pth files are not read there, so the checkout stays hidden.
    (packages / 'rest.pth').write_text(sysconfig.get_path('purelib'))
    return python


def test_the_wheel_carries_the_package_with_its_recipes_and_tools(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    files = {
        os.path.relpath(os.path.join(folder, name), ROOT)
        for folder, _, found in os.walk(ROOT / 'semi_pose', followlinks=True)
        for name in found
        if '__pycache__' not in folder
    }
    assert 'semi_pose/.mim/configs/semi/res18_coco1k_dual.py' in files
    assert files == {name for name in names if '.dist-info/' not in name}


@pytest.fixture(scope='module')
def installed(python, synthetic_coco, tmp_path_factory) -> tuple[Path, str]:
    """A folder, empty but for a config, and what two steps in it print."""
    folder = tmp_path_factory.mktemp('empty')
    run_config = re.sub(r'indices=\d+', 'indices=4', RUN)
    (folder / 'mine.py').write_text(TINY.format(base=BASE) + run_config)
    command = python, '-m', 'semi_pose', 'train', 'mine.py', '--no-validate'
    return folder, run(*command, '--data-root', synthetic_coco, cwd=folder)


def test_two_steps_from_an_empty_folder(installed):
    folder, output = installed
    assert re.search(r'Epoch\(train\) +\[1\]\[2/2\]', output)
    assert (folder / 'work_dirs/mine/epoch_1.pth').exists()
    assert 'Next:        python -m semi_pose test mine.py ' in output
    assert str(ROOT) not in output


def test_the_installed_tools_are_those_of_the_checkout(python, tmp_path):
    output = run(python, '-m', 'semi_pose', cwd=tmp_path)
    assert f'tools: {", ".join(find_tools())}\n' in output
    output = run(python, '-m', 'semi_pose', 'no_such', cwd=tmp_path, check=False)
    assert 'error: there is no tool no_such, only analysis/' in output
    output = run(python, '-m', 'semi_pose', 'dist_train', cwd=tmp_path, check=False)
    assert 'usage: bash tools/dist_train.sh CONFIG GPUS' in output


def test_mmengine_finds_an_installed_recipe(python, tmp_path):
    code = (
        'import json, semi_pose\n'
        'from mmengine.hub import get_config\n'
        f'cfg = get_config({BASE!r})\n'
        'print(json.dumps([semi_pose.__file__, cfg.filename, cfg.model.type]))\n'
    )
    output = run(python, '-c', code, cwd=tmp_path)
    module, path, model = json.loads(output.splitlines()[-1])
    folder = Path(module).parent
    assert python.parents[1] in folder.parents
    assert path == f'{folder}/.mim/configs/semi/res18_coco1k_dual.py'
    assert model == 'DualPoseEstimator'
