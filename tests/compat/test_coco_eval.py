"""The stand-in for xtcocotools: the same metrics, to rounding."""

import json
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from semi_pose.compat import coco_eval
from semi_pose.compat.xtcocotools import stand_in_for_xtcocotools
from semi_pose.errors import UserError

from ..helpers import crowded_people
from ..helpers.bare import run_python
from ..helpers.packages import is_installed

# What xtcocotools 1.14.3 says of the same files.
EXPECTED = json.loads((Path(__file__).parents[1] / 'data/coco_eval.json').read_text())
COUNTS = crowded_people.PARTS
STYLES = {
    'keypoints': 17,
    'keypoints_crowd': 17,
    'keypoints_body': 17,
    'keypoints_foot': COUNTS['foot_kpts'],
    'keypoints_face': COUNTS['face_kpts'],
    'keypoints_lefthand': COUNTS['lefthand_kpts'],
    'keypoints_righthand': COUNTS['righthand_kpts'],
    'keypoints_wholebody': sum(COUNTS.values()),
}
CASES = [(style, area) for style in STYLES for area in (True, False)]

needs_xtcocotools = pytest.mark.skipif(
    not is_installed('xtcocotools'),
    reason='xtcocotools is not installed',
)


def evaluate(folder, api, eval_api, style, use_area):
    content, results = crowded_people.make(with_area=use_area)
    for name, data in (('truth', content), ('results', results)):
        (folder / f'{name}.json').write_text(json.dumps(data))
    sigmas = np.linspace(0.03, 0.11, STYLES[style])
    with redirect_stdout(StringIO()):
        truth = api.COCO(str(folder / 'truth.json'))
        found = truth.loadRes(str(folder / 'results.json'))
        evaluator = eval_api.COCOeval(truth, found, style, sigmas, use_area)
        evaluator.params.useSegm = None  # as MMPose does
        evaluator.evaluate()
        evaluator.accumulate()
        curves = evaluator.eval
        evaluator.summarize()
    return evaluator.stats, curves


@pytest.mark.parametrize(('style', 'use_area'), CASES)
def test_metrics_are_those_of_xtcocotools(tmp_path, style, use_area):
    stats, _ = evaluate(tmp_path, coco_eval, coco_eval, style, use_area)
    expected = EXPECTED[f'{style}, use_area={use_area}']
    np.testing.assert_allclose(stats, expected, rtol=0, atol=1e-9)
    assert len({round(value, 6) for value in expected}) > 5


@needs_xtcocotools
@pytest.mark.parametrize(('style', 'use_area'), CASES)
def test_curves_are_those_of_the_installed_xtcocotools(tmp_path, style, use_area):
    from xtcocotools import coco, cocoeval

    theirs, their_curves = evaluate(tmp_path, coco, cocoeval, style, use_area)
    ours, our_curves = evaluate(tmp_path, coco_eval, coco_eval, style, use_area)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)
    for name in ('precision', 'recall', 'scores'):
        np.testing.assert_allclose(
            our_curves[name], their_curves[name], rtol=0, atol=1e-9
        )


def test_default_sigmas_are_those_of_coco():
    evaluator = coco_eval.COCOeval(None, None)
    assert evaluator.params.kpt_oks_sigmas[0] == pytest.approx(0.026)
    assert len(evaluator.params.kpt_oks_sigmas) == 17


def test_a_file_without_iscrowd_and_results_without_people(tmp_path):
    content, _ = crowded_people.make()
    for person in content['annotations']:
        del person['iscrowd']
    (tmp_path / 'truth.json').write_text(json.dumps(content))
    truth = coco_eval.COCO(str(tmp_path / 'truth.json'))
    evaluator = coco_eval.COCOeval(truth, truth.loadRes([]))
    evaluator.evaluate()
    evaluator.accumulate()
    evaluator.summarize()
    assert not any(person['iscrowd'] for person in truth.dataset['annotations'])
    np.testing.assert_array_equal(evaluator.stats, 0)


def test_annotations_stay_as_they_are(tmp_path):
    content, results = crowded_people.make()
    (tmp_path / 'truth.json').write_text(json.dumps(content))
    truth = coco_eval.COCO(str(tmp_path / 'truth.json'))
    evaluator = coco_eval.COCOeval(truth, truth.loadRes(results), use_area=False)
    evaluator.evaluate()
    assert truth.dataset == json.loads(json.dumps(content))


def test_what_cannot_be_evaluated_says_so():
    with pytest.raises(UserError, match="'segm' cannot.*pycocotools"):
        coco_eval.COCOeval(None, None, 'segm')


def test_crowdpose_without_its_index_says_so(tmp_path):
    content, results = crowded_people.make()
    del content['images'][3]['crowdIndex']
    path = tmp_path / 'truth.json'
    path.write_text(json.dumps(content))
    truth = coco_eval.COCO(str(path))
    found = truth.loadRes(results)
    evaluator = coco_eval.COCOeval(truth, found, 'keypoints_crowd')
    evaluator.evaluate()
    evaluator.accumulate()
    with pytest.raises(UserError, match=f'{path}: images have no "crowdIndex"'):
        evaluator.summarize()


def test_mmpose_evaluates_with_the_stand_in():
    code = (
        "sys.modules['xtcocotools'] = None\n"  # as if it were not installed
        'compat.setup()\n'
        'compat.setup()\n'
        'import pickle\n'
        'from mmpose.evaluation.metrics import coco_metric, coco_wholebody_metric\n'
        'from mmpose.datasets.transforms import bottomup_transforms\n'
        'import xtcocotools.mask\n'
        'print(coco_metric.COCO, coco_metric.COCOeval)\n'
        'print(pickle.loads(pickle.dumps(coco_metric.COCO())).dataset)\n'
        'print(bottomup_transforms.cocomask is xtcocotools.mask)\n'
    )
    output = run_python(code)
    assert "<class 'semi_pose.compat.coco_eval.COCO'>" in output
    assert "<class 'semi_pose.compat.coco_eval.COCOeval'>" in output
    assert output.split()[-2:] == ['{}', 'True']


def test_an_installed_xtcocotools_is_used_untouched(tmp_path):
    (tmp_path / 'xtcocotools').mkdir()
    (tmp_path / 'xtcocotools/__init__.py').touch()
    (tmp_path / 'xtcocotools/coco.py').write_text('COCO = "theirs"\n')
    code = (
        'from semi_pose.compat.xtcocotools import stand_in_for_xtcocotools\n'
        'stand_in_for_xtcocotools()\n'
        'import xtcocotools.coco\n'
        'print(xtcocotools.coco.COCO, xtcocotools.__file__)\n'
    )
    output = run_python(code, tmp_path)
    assert output.split() == ['theirs', str(tmp_path / 'xtcocotools/__init__.py')]


def test_without_both_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'xtcocotools', None)
    monkeypatch.setitem(sys.modules, 'pycocotools', None)
    with pytest.raises(UserError, match='pip install pycocotools'):
        stand_in_for_xtcocotools()
