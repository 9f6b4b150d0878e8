"""Files of others run no code, and name no pictures outside the data folder."""

import json
from copy import deepcopy
from pathlib import Path
from shutil import copytree

import mmengine
import pytest
import torch
from mmengine.config import Config
from mmpose.registry import MODELS

from semi_pose.cli.plain_files import plain_files
from semi_pose.datasets.annotation_check.names import ALLOWED
from semi_pose.errors import UserError

from ..helpers import hostile
from ..helpers.runs import run_config

TRAIN = 'annotations/person_keypoints_train2017.json'
VAL = 'annotations/person_keypoints_val2017.json'
LABEL = 'dataset/make_pseudo_labels.py'
VIEWS = 'analysis/show_views.py'
EXPORT = 'model/export_network.py'
CHECK = 'dataset/check_data.py'
RANK = 'dataset/rank_unlabeled.py'
COMPARE = 'analysis/compare_models.py'
SUMMARIZE = 'analysis/summarize_run.py'


@pytest.fixture
def marker(tmp_path) -> Path:
    """The file that hostile files make."""
    return tmp_path / 'marker'


@pytest.fixture
def people(synthetic_coco, tmp_path) -> Path:
    return copytree(synthetic_coco, tmp_path / 'people')


@pytest.fixture(scope='module')
def recipe(synthetic_coco, tmp_path_factory) -> Config:
    """A recipe of 3 steps, which reads no other configs."""
    cfg = run_config(synthetic_coco, tmp_path_factory.mktemp('recipe'))
    cfg.test_dataloader, cfg.test_evaluator = cfg.val_dataloader, cfg.val_evaluator
    cfg.test_cfg, cfg.codec = dict(), cfg.model.head.decoder
    cfg.custom_imports = dict(imports=['semi_pose', 'tests.helpers.tiny'])
    cfg.default_hooks.visualization = dict(type='PoseVisualizationHook')
    return cfg


@pytest.fixture(scope='module')
def config(recipe, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp('config') / 'tiny.py'
    recipe.dump(path)
    return path


@pytest.fixture(scope='module')
def checkpoint(recipe, tmp_path_factory) -> Path:
    """Random weights of the recipe."""
    path = tmp_path_factory.mktemp('random') / 'tiny.pth'
    torch.save(dict(state_dict=MODELS.build(recipe.model).state_dict()), path)
    return path


@pytest.fixture
def call(printed_by, tmp_path):
    """Run a tool by name with a config and a checkpoint; returns what it prints."""

    def call(name, config, checkpoint, root, *more, status=0):
        where = ('--data-root', root)
        options = {
            'train.py': (config, *where, '--work-dir', tmp_path / 'run'),
            'test.py': (config, checkpoint, *where, '--work-dir', tmp_path / 'run'),
            VIEWS: (
                config,
                checkpoint,
                *where,
                '--num',
                1,
                '--out',
                tmp_path / 'v.png',
            ),
            LABEL: (
                *(config, checkpoint, '--unlabeled', config, *where),
                *('--out', tmp_path / 'labels.json', '--num-workers', 0),
            ),
            EXPORT: (config, checkpoint, '--out', tmp_path / 'exported'),
            CHECK: (config, *where, '--num', 2, '--out', tmp_path / 'data.png'),
            RANK: (
                *(config, checkpoint, *where, '-n', 1),
                *('--out', tmp_path / 'chosen', '--num-workers', 0),
            ),
            COMPARE: (
                *(f'{config}:{checkpoint}', f'{config}:{checkpoint}'),
                *(*where, '--num', 1, '--out', tmp_path / 'compared'),
            ),
            SUMMARIZE: (tmp_path / 'run', *where),
        }[name]
        return printed_by(name, *options, *more, status=status)

    return call


def test_the_hostile_files_would_run_code(marker, tmp_path):
    path = hostile.write_checkpoint(tmp_path / 'bad.pth', marker)
    torch.load(path, weights_only=False)
    assert marker.exists()
    marker.unlink()
    mmengine.load(hostile.write_pickle(tmp_path / 'bad.pkl', marker))
    assert marker.exists()


@pytest.mark.parametrize(
    ('name', 'options'),
    [
        ('train.py', ('--resume', '{bad}')),
        ('train.py', ('--cfg-options', 'load_from={bad}')),
        ('train.py', ('--cfg-options', 'custom_hooks.0.warm_start=[{bad},{bad}]')),
        ('test.py', ()),
        (VIEWS, ()),
        (LABEL, ()),
        (EXPORT, ()),
        (EXPORT, ('--network', 'best')),
    ],
)
def test_no_tool_runs_the_code_of_a_checkpoint(
    call, name, options, config, synthetic_coco, marker, tmp_path
):
    bad = hostile.write_checkpoint(tmp_path / 'bad.pth', marker)
    options = [option.format(bad=bad) for option in options]
    message = call(name, config, bad, synthetic_coco, *options, status=1)
    assert not marker.exists()
    assert f'Checkpoint {bad} was not loaded: it wants Python to run' in message
    assert message.count('error: ') == 1 and 'Traceback' not in message


def test_nor_of_pretrained_weights(call, recipe, synthetic_coco, marker, tmp_path):
    bad = hostile.write_checkpoint(tmp_path / 'bad.pth', marker)
    cfg = deepcopy(recipe)
    cfg.model.backbone.init_cfg = dict(type='Pretrained', checkpoint=str(bad))
    config = tmp_path / 'pretrained.py'
    cfg.dump(config)
    message = call('train.py', config, None, synthetic_coco, status=1)
    assert not marker.exists()
    assert f'Checkpoint {bad} was not loaded' in message


@pytest.mark.parametrize('key', ['ann_file', 'bbox_file'])
def test_annotations_are_no_pickles(
    call, key, config, synthetic_coco, marker, tmp_path
):
    bad = hostile.write_pickle(tmp_path / 'bad.pkl', marker)
    option = f'val_dataloader.dataset.{key}={bad}'
    message = call(
        'train.py',
        *(config, None, synthetic_coco, '--cfg-options', option),
        status=1,
    )
    assert not marker.exists()
    assert f'{bad} is a pickle' in message and 'as JSON' in message


def test_within_a_tool_nothing_reads_pickles(marker, tmp_path):
    bad = hostile.write_pickle(tmp_path / 'bad.pkl', marker)
    with plain_files(), pytest.raises(UserError, match='pickle'):
        mmengine.load(bad)
    assert not marker.exists()
    mmengine.dump([1], tmp_path / 'good.pkl')
    assert mmengine.load(tmp_path / 'good.pkl') == [1]


def test_a_yaml_recipe_makes_no_objects(call, synthetic_coco, marker, tmp_path):
    config = tmp_path / 'bad.yml'
    config.write_text(f'a: !!python/object/apply:os.system ["touch {marker}"]\n')
    message = call('train.py', config, None, synthetic_coco, status=1)
    assert not marker.exists()
    assert f'Cannot read the config {config}' in message


@pytest.mark.parametrize(
    ('name', 'text'), [('a.json', '{"model": '), ('a.yml', 'a: [1'), ('a.toml', 'a')]
)
def test_a_recipe_that_is_cut_short(call, synthetic_coco, tmp_path, name, text):
    config = tmp_path / name
    config.write_text(text)
    message = call('train.py', config, None, synthetic_coco, status=1)
    assert f'Cannot read the config {config}' in message
    assert 'Traceback' not in message


@pytest.fixture
def plain(recipe, tmp_path):
    """Dump the recipe as MMEngine does, in a format."""

    def call(suffix: str) -> Path:
        recipe.dump(tmp_path / f'plain.{suffix}')
        return tmp_path / f'plain.{suffix}'

    return call


def test_recipes_in_json(call, plain, tool, checkpoint, synthetic_coco, tmp_path):
    where = plain('json'), checkpoint, synthetic_coco
    call('train.py', *where, '--no-validate')
    assert (tmp_path / 'run/plain.json').exists()
    assert (tmp_path / 'run/iter_3.pth').exists()
    assert 'Wrote' in call(VIEWS, *where)
    tool('analysis/cost.py', where[0])


def test_recipes_in_yaml(call, plain, tool, checkpoint, synthetic_coco, capsys):
    where = plain('yml'), checkpoint, synthetic_coco
    assert 'coco/AP' in call('test.py', *where)
    assert 'people labeled' in call(LABEL, *where)
    assert 'Checkpoint: ' in call(EXPORT, *where)
    options = '--dry-run', '--data-root', synthetic_coco
    tool('analysis/study.py', where[0], *options)
    assert 'plain/seed0' in capsys.readouterr().out


def lead_out(path: Path, name: str) -> None:
    coco = json.loads(path.read_text())
    coco['images'][1]['file_name'] = name
    path.write_text(json.dumps(coco))


@pytest.mark.parametrize(
    ('name', 'file'),
    [
        ('train.py', TRAIN),
        ('train.py', VAL),
        ('test.py', VAL),
        (VIEWS, TRAIN),
        (LABEL, TRAIN),
        (RANK, TRAIN),
        (COMPARE, VAL),
    ],
)
def test_names_of_pictures_stay_in_the_data_folder(
    call, name, file, config, checkpoint, people, monkeypatch
):
    monkeypatch.setenv(ALLOWED, '')
    lead_out(people / file, '../../secret.jpg')
    message = call(name, config, checkpoint, people, status=1)
    assert message.count('error: ') == 1
    assert f'{people / file}: 1 image, id ' in message
    assert '"file_name" (\'../../secret.jpg\') leads out of' in message
    assert f'set {ALLOWED}=1' in message


def test_unless_they_are_allowed_to_leave(
    call, config, checkpoint, people, monkeypatch, tmp_path
):
    monkeypatch.setenv(ALLOWED, '1')
    coco = json.loads((people / TRAIN).read_text())
    picture = people / 'train2017' / coco['images'][1]['file_name']
    picture.rename(tmp_path / 'outside.jpg')
    lead_out(people / TRAIN, '../../outside.jpg')
    printed = call(LABEL, config, checkpoint, people)
    assert '0 skipped' in printed
    labels = json.loads((tmp_path / 'labels.json').read_text())
    assert '../outside.jpg' in [image['file_name'] for image in labels['images']]


@pytest.mark.parametrize(
    ('name', 'file', 'said'),
    [
        (CHECK, VAL, 'Contact sheet: '),
        (RANK, TRAIN, 'people.png'),
        (COMPARE, VAL, 'comparison.html'),
        (SUMMARIZE, VAL, 'summary.html'),
    ],
)
def test_tools_that_look_at_data_allow_it_too(
    call, name, file, said, config, checkpoint, people, monkeypatch, tmp_path
):
    monkeypatch.setenv(ALLOWED, '1')
    if name == SUMMARIZE:
        call('train.py', config, checkpoint, people, '--no-summary')
    coco = json.loads((people / file).read_text())
    folder = Path(file).stem.removeprefix('person_keypoints_')
    picture = people / folder / coco['images'][1]['file_name']
    picture.rename(tmp_path / 'outside.jpg')
    lead_out(people / file, '../../outside.jpg')
    assert said in call(name, config, checkpoint, people)
