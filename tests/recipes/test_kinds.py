import pytest

from semi_pose.recipes.kinds import RecipeKind, describe
from semi_pose.recipes.reading import read_config

from ..helpers.studies import ROOT, lsp


@pytest.mark.parametrize(
    'name, wanted',
    [
        ('supervised', ('supervised', False, 'Supervised')),
        ('pseudo', ('pseudo', False, 'PseudoPose')),
        ('distill', ('distill', False, 'DataDistill')),
        ('standard', ('standard', False, 'Standard consistency')),
        ('mean_teacher', ('mean_teacher', False, 'Mean teacher')),
        (
            'mean_teacher_pairs',
            (
                'mean_teacher',
                True,
                'Mean teacher, easy-hard pairs, affine + Joint Cutout + drawn targets',
            ),
        ),
        ('single', ('single', True, 'Single, affine + Joint Cutout + drawn targets')),
        ('dual', ('dual', True, 'Dual, affine + Joint Cutout + drawn targets')),
    ],
)
def test_methods_are_recognized(name, wanted):
    cfg = read_config(str(lsp(name)))
    assert describe(cfg) == RecipeKind(*wanted, labels=20)


@pytest.mark.parametrize(
    'name, wanted',
    [
        ('dual_randaugment', ('dual', True, 'Dual, affine + RandAugment')),
        ('multiaugs', ('multiaugs_dual', True, 'MultiAugs dual, 4 hard views')),
        (
            'multiaugs_single',
            ('multiaugs_single', True, 'MultiAugs single, 4 hard views'),
        ),
        ('sspcm', ('sspcm', True, 'SSPCM, affine + Cut-Occlude')),
        ('sspcm_multiaugs', ('sspcm_multiaugs', True, 'SSPCM, 4 hard views')),
    ],
)
def test_methods_of_coco_are_recognized(name, wanted):
    cfg = read_config(str(ROOT / f'configs/semi/res18_coco1k_{name}.py'))
    assert describe(cfg) == RecipeKind(*wanted, labels=1000)


def test_all_labels_have_no_number():
    kind = describe(read_config(str(ROOT / 'configs/semi/res18_coco_supervised.py')))
    assert kind == RecipeKind('supervised', False, 'Supervised', None)
