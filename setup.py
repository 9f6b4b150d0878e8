"""Packaging of semi_pose; what it needs is listed in requirements/."""

from pathlib import Path
from runpy import run_path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent


def read_requirements(name: str) -> list[str]:
    """Return the requirements in `requirements/<name>.txt`, comments left out."""
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and line[0] != '#']


extras = {name: read_requirements(name) for name in ('tests', 'docs', 'lsp', 'onnx')}
extras['all'] = sorted(sum(extras.values(), []))
readme = ROOT / 'README.md'

setup(
    name='semi_pose',
    version=run_path(str(ROOT / 'semi_pose' / 'version.py'))['__version__'],
    description='Semi-supervised 2D human pose estimation for MMPose',
    long_description=readme.read_text() if readme.exists() else '',
    long_description_content_type='text/markdown',
    author='semi_pose authors',
    license='Apache-2.0',
    license_files=['LICENSE'],
    packages=find_packages(include=['semi_pose', 'semi_pose.*']),
    package_data={'semi_pose': ['.mim/**', 'analysis/templates/*']},
    python_requires='>=3.10,<3.14',
    install_requires=read_requirements('install'),
    extras_require=extras,
    classifiers=[
        'Operating System :: POSIX :: Linux',
        *(f'Programming Language :: Python :: 3.{minor}' for minor in range(10, 14)),
        'Topic :: Scientific/Engineering :: Image Recognition',
    ],
)
