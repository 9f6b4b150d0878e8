from pathlib import Path

import pytest

from semi_pose.errors import UserError
from semi_pose.recipes.reading import read_config
from semi_pose.study.ablations import ABLATIONS, parse_ablations
from semi_pose.study.planner import parse_recipe

from ..helpers.studies import derived, lsp, planner, write_split

TTA = 'pseudo_labels = dict(tta=True)'


@pytest.fixture
def plan(tmp_path):
    return planner(tmp_path, steps=None).plan


def test_seeds_of_a_recipe():
    assert parse_recipe('a/b.py', [0, 1, 1]) == (
        parse_recipe('a/b.py@0', [])[0],
        [0, 1],
    )
    assert parse_recipe('a@b/c.py@2,0,2', [5])[1] == [2, 0]
    assert parse_recipe('a@b/c.py', [5]) == (Path('a@b/c.py'), [5])
    with pytest.raises(UserError, match='@0,1,2'):
        parse_recipe('b.py@x', [0])


def test_values_of_ablations():
    assert parse_ablations(['joints=1,2', 'weight=0.1,1']) == {
        'joints': [1, 2],
        'weight': [0.1, 1],
    }
    for wrong in ('joints=a', 'joints=', "joints='1'", 'joints'):
        with pytest.raises(UserError, match='give numbers'):
            parse_ablations([wrong])
    for wrong in ('labels=0,5', 'steps=-1'):
        with pytest.raises(UserError, match='give 1 or more'):
            parse_ablations([wrong])
    with pytest.raises(UserError, match='choose among weight, labels'):
        parse_ablations(['depth=1'])


def test_a_run_for_each_seed_in_a_folder_of_its_own(plan, tmp_path):
    made = plan([(lsp('dual'), [0, 2]), (lsp('supervised'), [1])], {})
    names = ['efflite0_lsp20_dual/seed0', 'efflite0_lsp20_dual/seed2']
    assert [one.name for one in made.methods[0].trials] == names
    assert [one.name for one in made.trials] == [
        *names,
        'efflite0_lsp20_supervised/seed1',
    ]
    run = made.trials[1].run
    assert run.folder == tmp_path / 'work' / names[1]
    assert run.cfg.randomness.seed == 2
    assert 'randomness.seed=2' in run.command


def test_labels_tell_methods_apart(plan, tmp_path):
    few = derived(
        tmp_path / 'few.py',
        'dual',
        'train_dataloader = dict(dataset=dict(labeled=dict(indices=5)))',
    )
    made = plan([(lsp('dual'), [0]), (few, [0])], {})
    titles = [method.title.rsplit(', ', 1)[1] for method in made.methods]
    assert titles == ['20 labels', '5 labels']


def test_teachers_are_shared_and_come_first(plan, tmp_path):
    distilled = derived(tmp_path / 'distilled.py', 'pseudo', TTA)
    recipes = [(lsp('pseudo'), [0]), (lsp('supervised'), [0]), (distilled, [1])]
    made = plan(recipes, {})
    pseudo, supervised, distill = (method.trials[0] for method in made.methods)
    assert pseudo.teachers == [supervised]
    assert [one.name for one in distill.teachers] == ['efflite0_lsp20_supervised/seed1']
    assert set(made.trials[:2]) == {supervised, *distill.teachers}
    assert set(made.trials[2:]) == {pseudo, distill}
    labels = tmp_path / 'work/efflite0_lsp20_pseudo/pseudo_labels_seed0.json'
    repeated, own = pseudo.run.cfg.train_dataloader.dataset.datasets
    assert own.ann_file == str(labels)
    assert repeated.dataset.ann_file != str(labels)
    command = pseudo.pseudo_labels.command
    assert command[command.index('--out') + 1] == str(labels)
    assert pseudo.pseudo_labels.settings == []
    assert distill.pseudo_labels.settings == ['--tta']


def test_several_teachers_make_one_file_for_students_of_all_seeds(tmp_path):
    several, rounds = write_students(tmp_path)
    made = planner(tmp_path).plan([(several, [0, 1]), (rounds, [4])], dict(labels=[5]))
    first, second = made.methods[0].trials
    assert first.pseudo_labels is second.pseudo_labels
    names = [one.name for one in first.teachers]
    assert names == [f'efflite0_lsp20_supervised/seed{seed}' for seed in (0, 1, 2)]
    assert first.pseudo_labels.file == tmp_path / 'work/several/pseudo_labels.json'
    # Fewer labels: other teachers, other file.
    few = made.sweeps[0].points[5][0]
    name = 'efflite0_lsp20_supervised/labels=5/seed2'
    assert few.teachers[2].name == name
    assert (
        few.pseudo_labels.file == tmp_path / 'work/several/labels=5/pseudo_labels.json'
    )
    # Students teach in turn: their teachers' seed where none is named.
    (last,) = made.methods[1].trials
    assert [one.name for one in last.teachers] == ['several/seed4', names[0]]
    assert last.pseudo_labels.file.name == 'pseudo_labels_seed4.json'
    places = [made.trials.index(one) for one in (last.teachers[1], first, last)]
    assert places == sorted(places)


def write_students(root: Path) -> tuple[Path, Path]:
    """A recipe with three teachers, and one with its student as a teacher."""
    supervised = lsp('supervised')
    student = root / 'several.py'
    names = dict(
        several=[f'{supervised}@0,1,2'], rounds=[f'{student}', f'{supervised}@0']
    )
    return tuple(
        derived(root / f'{name}.py', 'distill', f'pseudo_labels = dict(teachers={one})')
        for name, one in names.items()
    )


def test_teachers_and_scales_of_the_recipe_are_those_of_its_labels(plan):
    recipe = Path('configs/lspet/efflite0_lspet500_distill.py')
    *_, student = plan([(recipe, [0])], {}).trials
    assert [one.seed for one in student.teachers] == [0, 1, 2]
    assert student.pseudo_labels.settings == ['--tta', '--scales', '1']
    by_dual = Path('configs/lspet/efflite0_96x128_lspet500_dual_distill.py')
    *_, student = plan([(by_dual, [0])], {}).trials
    assert student.pseudo_labels.settings[-2:] == ['--network', 'ensemble']
    assert [one.recipe for one in student.teachers] == 2 * [
        'efflite0_96x128_lspet500_dual'
    ]


def test_ablations_change_one_setting_of_the_first_recipe_that_has_it(plan):
    recipes = [(lsp(name), [3]) for name in ('supervised', 'standard', 'single')]
    values = dict(weight=[0.1, 0.5], joints=[1, 3, 5], labels=[10])
    weight, joints, *labels = plan(recipes, values).sweeps
    assert (weight.method.name, weight.own) == ('efflite0_lsp20_standard', 1)
    assert list(weight.points) == [0.1, 0.5, 1]
    assert joints.method.name == 'efflite0_lsp20_single'
    # The recipe's own value is the recipe's own run.
    assert joints.points[3][0].name == 'efflite0_lsp20_single/seed3'
    assert joints.points[1][0].name == 'efflite0_lsp20_single/joints=1/seed3'
    cutout = joints.points[1][0].run.cfg.model.hard_pipeline[0]
    assert (cutout.type, cutout.num_joints, cutout.jitter_std) == ('JointCutout', 1, 4)
    assert [one.method.kind for one in labels] == ['supervised', 'standard', 'single']
    dataset = labels[-1].points[10][0].run.cfg.train_dataloader.dataset
    assert dataset.labeled.indices == 10
    assert weight.points[0.1][0].run.cfg.model.consistency_head.weight == 0.1


def test_lambda_of_a_head_without_a_type(plan):
    recipe = Path('configs/lspet/efflite0_lspet500_single.py')
    assert 'type' not in read_config(str(recipe)).model.consistency_head
    (sweep,) = plan([(recipe, [0])], dict(weight=[0.1])).sweeps
    assert sweep.own == 1
    assert sweep.points[0.1][0].run.cfg.model.consistency_head.weight == 0.1


def test_ablations_of_named_recipes(plan, tmp_path):
    randaugment = derived(
        tmp_path / 'randaugment.py',
        'dual',
        "model = dict(hard_pipeline=[dict(type='RandAugment'), *_base_.mild_affine])",
    )
    made = plan(
        [(lsp('supervised'), [0])],
        dict(labels=[10], magnitude=[10]),
        [lsp('supervised'), randaugment],
    )
    titles = [(one.ablation.name, one.method.title) for one in made.sweeps]
    assert titles == [
        ('labels', 'Supervised'),
        ('labels', 'Dual, affine + RandAugment'),
        ('magnitude', 'Dual, affine + RandAugment'),
    ]
    cfg = made.sweeps[2].points[10][0].run.cfg
    assert set(ABLATIONS['magnitude'].find(cfg).values()) == {10}
    # The default of RandAugment, which the recipe does not spell out.
    assert list(made.sweeps[2].points) == [10, 20]


def test_labels_and_steps_are_varied_for_all_recipes_and_seeds(plan):
    recipes = [(lsp('supervised'), [0, 1]), (lsp('pseudo'), [0])]
    made = plan(recipes, dict(labels=[10, 20], steps=[600]))
    few = made.sweeps[0].points[10]
    assert [one.name for one in few] == [
        'efflite0_lsp20_supervised/labels=10/seed0',
        'efflite0_lsp20_supervised/labels=10/seed1',
    ]
    assert made.sweeps[0].points[20] == made.methods[0].trials
    (student,) = made.sweeps[1].points[10]
    # Its teacher has as many labels, and all of them together weigh as before.
    assert student.teachers == [few[0]]
    repeated, pseudo = student.run.cfg.train_dataloader.dataset.datasets
    assert (repeated.dataset.indices, repeated.times) == (10, 40)
    assert pseudo.get('indices') is None
    (short,) = made.sweeps[3].points[600]
    assert short.run.steps == 600
    assert short.run.cfg.param_scheduler[0].T_max == 600
    # The student's length is no matter of its teacher.
    assert short.teachers == [made.methods[0].trials[0]]


def test_mistakes(plan):
    with pytest.raises(UserError, match='efflite0_lsp20_dual twice'):
        plan([(lsp('dual'), [0]), (lsp('dual'), [1])], {})
    with pytest.raises(UserError, match='--ablate magnitude: none of'):
        plan([(lsp('dual'), [0])], dict(magnitude=[10]))
    with pytest.raises(UserError, match='none.py'):
        plan([(lsp('dual').with_name('none.py'), [0])], {})


def test_settings_of_all_recipes(tmp_path):
    options = {'optim_wrapper.optimizer.lr': 0.5}
    made = planner(tmp_path, steps=6, options=options).plan([(lsp('dual'), [0])], {})
    cfg = made.trials[0].run.cfg
    assert cfg.optim_wrapper.optimizer.lr == 0.5
    assert cfg.train_cfg.max_iters == 6


def test_settings_of_all_recipes_are_those_of_labels_and_of_titles(tmp_path):
    options = {'pseudo_labels.score_thr': 0.5, 'model.peer': None}
    made = planner(tmp_path, options=options).plan(
        [(lsp('distill'), [0]), (lsp('dual'), [0])], {}
    )
    settings = made.methods[0].trials[0].pseudo_labels.settings
    assert settings[-2:] == ['--score-thr', '0.5']
    assert made.methods[1].kind == 'single'


def test_varied_recipes_outside_the_study_have_titles_of_their_own(plan, tmp_path):
    recipes = [derived(tmp_path / f'{name}.py', 'dual', '') for name in 'ab']
    made = plan([(lsp('dual'), [0])], dict(labels=[5]), recipes)
    titles = {one.method.title for one in made.sweeps} | {made.methods[0].title}
    assert len(titles) == 3


def test_a_metric_that_methods_can_be_compared_by(plan, tmp_path):
    change = "val_evaluator = [dict(type='NME', norm_mode='keypoint_distance')]"
    recipe = derived(tmp_path / 'nme.py', 'supervised', change)
    with pytest.raises(UserError, match='compares AP, .*computes NME'):
        plan([(recipe, [0])], {})


def test_students_on_a_split(tmp_path):
    write_split(tmp_path / 'data')
    made = planner(tmp_path).plan([(lsp('distill'), [0])], {})
    assert made.methods[0].labels is None  # those of the split
    for trial in made.trials:
        trial.run.folder.mkdir(parents=True)
        trial.run.fitted().dump(trial.run.recorded)
        assert trial.run.differences() == []
