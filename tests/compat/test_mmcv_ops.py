import importlib.util
import sys

import mmcv.ops
import pytest
import torch

from semi_pose import compat
from semi_pose.errors import UserError

from ..helpers.bare import run_python

needs_lite = pytest.mark.skipif(
    importlib.util.find_spec('mmcv._ext') is not None,
    reason='the full mmcv is installed',
)


@needs_lite
@pytest.mark.parametrize(
    ('op', 'call'),
    [
        ('nms', lambda: mmcv.ops.nms(torch.rand(3, 4), torch.rand(3), 0.5)),
        (
            'roi_align_forward',
            lambda: mmcv.ops.RoIAlign(2)(torch.rand(1, 1, 4, 4), torch.ones(1, 5)),
        ),
    ],
    ids=['nms', 'roi_align'],
)
def test_missing_op_names_itself_and_the_remedy(op, call):
    with pytest.raises(UserError, match=f'"{op}".*mim install "mmcv'):
        call()


@needs_lite
def test_setup_leaves_no_stand_in_and_is_idempotent():
    ops = mmcv.ops
    compat.setup()
    assert 'mmcv._ext' not in sys.modules
    assert importlib.util.find_spec('mmcv._ext') is None
    assert sys.modules['mmcv.ops'] is ops


@pytest.mark.parametrize(
    ('package', 'remedy'),
    [
        ('mmcv', 'pip install "mmcv-lite>=2.1,<2.2"'),
        ('mmpose', 'pip install --no-deps "mmpose>=1.3.2,<1.4"'),
    ],
)
def test_a_missing_package_names_the_remedy(monkeypatch, package, remedy):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UserError, match=remedy):
        compat.setup()


def test_full_mmcv_is_used_untouched(tmp_path):
    (tmp_path / 'mmcv' / 'ops').mkdir(parents=True)
    (tmp_path / 'mmcv' / '__init__.py').touch()
    (tmp_path / 'mmcv' / '_ext.py').write_text("def nms(): return 'compiled'\n")
    (tmp_path / 'mmcv' / 'ops' / '__init__.py').write_text('from .._ext import nms\n')

    code = (
        'compat.setup()\n'
        "assert 'mmcv.ops' not in sys.modules\n"
        'import mmcv.ops\n'
        'print(mmcv.ops.nms(), mmcv._ext.__file__)\n'
    )
    output = run_python(code, tmp_path)

    assert output.split() == ['compiled', str(tmp_path / 'mmcv' / '_ext.py')]


def test_mmpose_and_mmdet_import_after_setup_alone():
    code = 'compat.setup()\nimport mmpose.apis, mmpose.models, mmdet.apis\nprint("ok")'
    assert run_python(code).split()[-1] == 'ok'
