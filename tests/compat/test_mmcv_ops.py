import importlib.util
import sys

import mmcv.ops
import numpy as np
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
        ('softnms', lambda: mmcv.ops.soft_nms(torch.rand(3, 4), torch.rand(3), 0.5)),
        (
            'roi_pool_forward',
            lambda: mmcv.ops.RoIPool(2)(torch.rand(1, 1, 4, 4), torch.ones(1, 5)),
        ),
    ],
    ids=['soft_nms', 'roi_pool'],
)
def test_missing_op_names_itself_and_the_remedy(op, call):
    with pytest.raises(UserError, match=f'"{op}".*mim install "mmcv'):
        call()


def plain_nms(boxes, scores, iou_threshold, offset=0, score_threshold=0.0):
    """Non-maximum suppression as mmcv documents it, box by box."""

    def area(x1, y1, x2, y2):
        return max(x2 - x1 + offset, 0) * max(y2 - y1 + offset, 0)

    def overlap(a, b):
        shared = area(*np.maximum(a[:2], b[:2]), *np.minimum(a[2:], b[2:]))
        return shared / (area(*a) + area(*b) - shared)

    kept, boxes = [], boxes.astype(np.float64)
    for index in np.argsort(-scores, kind='stable'):
        good = scores[index] > score_threshold or score_threshold <= 0
        if good and all(overlap(boxes[index], boxes[i]) <= iou_threshold for i in kept):
            kept.append(index)
    return kept


@pytest.fixture
def crowd():
    """60 boxes of three classes that overlap a lot: corners, scores, classes."""
    draw = np.random.default_rng(0)
    boxes = draw.integers(0, 10, (60, 4)).astype(np.float32)
    boxes[:, 2:] += boxes[:, :2] + 5
    return boxes, draw.permutation(60).astype(np.float32) / 60, draw.integers(0, 3, 60)


@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('iou_threshold', [0.3, 0.5])
@pytest.mark.parametrize('score_threshold', [0, 0.5])
def test_suppression_is_mmcvs(crowd, offset, iou_threshold, score_threshold):
    boxes, scores, _ = crowd
    options = dict(offset=offset, score_threshold=score_threshold)
    expected = plain_nms(boxes, scores, iou_threshold, **options)
    tensors = torch.from_numpy(boxes), torch.from_numpy(scores)
    dets, kept = mmcv.ops.nms(*tensors, iou_threshold, **options)
    assert kept.tolist() == expected
    assert 5 < len(expected) < (scores > score_threshold).sum()
    np.testing.assert_array_equal(dets[:, :4], boxes[expected])
    np.testing.assert_array_equal(dets[:, 4], scores[expected])
    _, first = mmcv.ops.nms(*tensors, iou_threshold, max_num=3, **options)
    assert first.tolist() == expected[:3]


def test_the_offset_makes_boxes_wider():
    # 2 of 6 pixels are shared, or 3 of 9 and then 6 of 10 with the last ones counted.
    boxes = torch.tensor([[0.0, 0, 4, 1], [1.0, 0, 5, 1]])
    scores = torch.tensor([0.9, 0.8])
    assert len(mmcv.ops.nms(boxes, scores, 0.63, offset=0)[1]) == 2
    assert len(mmcv.ops.nms(boxes, scores, 0.63, offset=1)[1]) == 1


@pytest.mark.parametrize('iou', [0.1, 0.2, 0.3, 0.4, 0.6, 0.7])
def test_an_overlap_of_just_the_threshold_is_kept(iou):
    boxes = torch.tensor([[0.0, 0, 10, 1], [0.0, 0, 10 * iou, 1]])
    _, kept = mmcv.ops.nms(boxes, torch.tensor([0.9, 0.8]), iou)
    assert kept.tolist() == [0, 1]


@pytest.mark.parametrize('split_thr', [10000, 10])
def test_classes_do_not_suppress_each_other(crowd, split_thr):
    boxes, scores, classes = crowd
    kept = [
        np.flatnonzero(classes == one)[
            plain_nms(boxes[classes == one], scores[classes == one], 0.4)
        ]
        for one in range(3)
    ]
    expected = sorted(np.concatenate(kept), key=lambda index: -scores[index])
    tensors = [torch.from_numpy(values) for values in crowd]
    cfg = dict(type='nms', iou_threshold=0.4, split_thr=split_thr)
    dets, found = mmcv.ops.batched_nms(*tensors, cfg)
    assert found.tolist() == expected
    np.testing.assert_array_equal(dets[:, :4], boxes[expected])
    _, agnostic = mmcv.ops.batched_nms(*tensors, cfg, class_agnostic=split_thr > 60)
    if split_thr > 60:
        assert agnostic.tolist() == plain_nms(boxes, scores, 0.4)


@pytest.mark.parametrize('aligned', [True, False])
def test_roi_align_averages_the_box(aligned):
    """A plane's average over a bin is its value in the middle of the bin."""
    rows, columns = torch.meshgrid(
        torch.arange(20.0), torch.arange(30.0), indexing='ij'
    )
    planes = torch.stack([columns, rows])[None]
    rois = torch.tensor([[0.0, 8, 4, 24, 28]])
    align = mmcv.ops.RoIAlign((3, 4), 0.5, sampling_ratio=2, aligned=aligned)
    (found,) = align(planes, rois)
    shift = 0.5 if aligned else 0  # of pixels' middles
    x = 4 + 8 * (torch.arange(4) + 0.5) / 4 - shift
    y = 2 + 12 * (torch.arange(3) + 0.5) / 3 - shift
    torch.testing.assert_close(found[0], x.expand(3, 4))
    torch.testing.assert_close(found[1], y[:, None].expand(3, 4))


@needs_lite
def test_roi_align_of_the_maximum_needs_mmcv():
    align = mmcv.ops.RoIAlign(2, pool_mode='max')
    with pytest.raises(UserError, match='pool_mode="max" needs the full mmcv'):
        align(torch.rand(1, 1, 4, 4), torch.ones(1, 5))


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
