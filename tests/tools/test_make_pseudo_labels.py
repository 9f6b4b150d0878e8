"""make_pseudo_labels.py: labels of a tiny network, training on them, bad input."""

import json
import sys
from shutil import copytree

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import TestLoop
from mmpose.registry import DATASETS, MODELS

from ..helpers.runs import (
    AFFINE,
    LOAD,
    PACK,
    build_runner,
    coco_set,
    run_config,
    semi_set,
    supervised_model,
)
from ..helpers.tiny import estimator
from .conftest import TOOLS, start

TRAIN = 'annotations/person_keypoints_train2017.json'
CONFIDENT = range(9)  # joints
TestLoop.__test__ = False  # no test, whatever its name


@pytest.fixture(scope='module')
def teacher(tmp_path_factory):
    """Config and checkpoint of a model that is sure of nine joints alone."""
    folder = tmp_path_factory.mktemp('teacher')
    model = MODELS.build(supervised_model())
    for weights in model.head.parameters():
        torch.nn.init.constant_(weights, 0)
    model.head.final_layer.bias.data[list(CONFIDENT)] = 0.5
    torch.save(dict(state_dict=model.state_dict()), folder / 'teacher.pth')
    test_set = coco_set(folder / 'not_read', 'val', [*LOAD, AFFINE, PACK])
    cfg = dict(
        custom_imports=dict(imports=['semi_pose', 'tests.helpers.tiny']),
        model=supervised_model(),
        test_dataloader=dict(dataset=test_set),
    )
    Config(cfg).dump(folder / 'teacher.py')
    return folder / 'teacher.py', folder / 'teacher.pth'


@pytest.fixture
def people(synthetic_coco, tmp_path):
    """A data set to spoil."""
    return copytree(synthetic_coco, tmp_path / 'people')


@pytest.fixture
def recipe(people, tmp_path):
    path = tmp_path / 'recipe.py'
    run_config(people, tmp_path).dump(path)
    return path


@pytest.fixture
def out(people):
    return people / 'pseudo.json'


@pytest.fixture
def make(printed_by, teacher, recipe, out):
    """Run the tool on the recipe's unlabeled set; returns what it prints."""

    def call(*options, where=None, models=teacher, status=0):
        command = [*models, *(where or ('--unlabeled', recipe)), '--out', out]
        command += ['--num-workers', 0, '--batch-size', 8, *options]
        return printed_by('dataset/make_pseudo_labels.py', *command, status=status)

    return call


def boxes(path):
    coco = json.loads(path.read_text())
    names = {image['id']: image['file_name'] for image in coco['images']}
    return sorted((names[one['image_id']], one['bbox']) for one in coco['annotations'])


def test_labels_everybody(make, out, people, teacher):
    printed = make()
    coco = json.loads(out.read_text())
    found, given = boxes(out), boxes(people / TRAIN)
    assert [name for name, _ in found] == [f'train2017/{name}' for name, _ in given]
    for (_, ours), (_, theirs) in zip(found, given, strict=True):
        # A box that ends at the rim is clipped to the last pixel.
        assert ours == pytest.approx(theirs, abs=1.01)
    for one in coco['annotations']:
        assert one['num_keypoints'] == len(CONFIDENT)
        assert one['keypoint_scores'] == [0.5] * 9 + [0] * 8
        assert one['keypoints'][2::3] == [2] * 9 + [0] * 8
    assert coco['info']['checkpoint'] == [str(teacher[1])]
    assert f'{len(given)} people labeled, 52.9% of their joints' in printed
    assert '0 skipped' in printed
    assert f'Labels: {out}, file names relative to {people}' in printed
    assert 'Epoch(test) [5/5]' in printed
    assert not list(people.glob('pseudo.json.*'))


def test_averages_over_flips_and_scales(make, out):
    make('--tta')
    coco = json.loads(out.read_text())
    assert coco['info']['scales'] == [0.8, 1.0, 1.2]
    # Joint 9 is the left wrist: flipped, it is sure where joint 10 is, which is not.
    expected = [0.5] * 9 + [0] * 8
    for one in coco['annotations']:
        assert one['keypoint_scores'] == pytest.approx(expected, abs=1e-4)


def test_several_networks_are_averaged(make, out, teacher, tmp_path):
    config, checkpoint = teacher
    weights = torch.load(checkpoint)['state_dict']
    weights['head.final_layer.bias'] = weights['head.final_layer.bias'] + 0.2
    other = tmp_path / 'other.pth'
    torch.save(dict(state_dict=weights), other)
    models = config, checkpoint, other
    assert '--tta: add it' in make(models=models, status=1)
    make('--tta', '--scales', 1, models=models)
    coco = json.loads(out.read_text())
    assert coco['info']['checkpoint'] == [str(checkpoint), str(other)]
    assert len(set(coco['info']['checkpoint_sha256'])) == 2
    for one in coco['annotations']:
        expected = [0.6] * 9 + [0.1] * 8
        assert one['keypoint_scores'] == pytest.approx(expected, abs=1e-4)
    misfit = tmp_path / 'misfit.pth'
    torch.save(dict(state_dict=MODELS.build(supervised_model(5)).state_dict()), misfit)
    models = config, checkpoint, misfit
    assert f'{misfit} is of another model' in make(
        '--tta', '--fresh', models=models, status=1
    )


def test_the_chosen_network_labels(make, out, teacher, tmp_path):
    model = MODELS.build(estimator(joints=17))
    for network, sure in zip(model.networks, (0.8, 0.4), strict=True):
        layer = network.head.final_layer
        torch.nn.init.constant_(layer.weight, 0)
        torch.nn.init.constant_(layer.bias, sure)
    models = tmp_path / 'dual.py', tmp_path / 'dual.pth'
    torch.save(dict(state_dict=model.state_dict()), models[1])
    cfg = Config.fromfile(teacher[0])
    cfg.model = estimator(joints=17)
    cfg.dump(models[0])
    for options, score in ((['2'], 0.4), (['ensemble', '--tta'], 0.6)):
        make('--fresh', '--network', *options, models=models)
        first = json.loads(out.read_text())['annotations'][0]
        assert first['keypoint_scores'] == pytest.approx([score] * 17, abs=1e-4)


def test_two_processes_write_the_same_file(make, out, teacher, recipe, people):
    make('--tta')
    alone = json.loads(out.read_text())
    command = [sys.executable, '-m', 'torch.distributed.run', '--standalone']
    command += ['--nproc_per_node=2', TOOLS / 'dataset/make_pseudo_labels.py']
    command += [*teacher, '--unlabeled', recipe, '--out', out, '--tta', '--fresh']
    command += ['--num-workers', 0, '--batch-size', 8, '--launcher', 'pytorch']
    process = start(*command, CUDA_VISIBLE_DEVICES='')
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0, output[-3000:]
    assert output.count(f'Labels: {out}') == 1
    assert json.loads(out.read_text()) == alone


def test_a_file_that_is_there(make, out):
    out.write_text('mine')
    assert f'{out} exists: replace it by --fresh' in make(status=1)
    assert out.read_text() == 'mine'
    printed = make('--score-thr', 0.9, '--fresh')
    assert ' 0.0% of their joints' in printed
    annotations = json.loads(out.read_text())['annotations']
    assert not any(one['num_keypoints'] for one in annotations)
    assert f'{len(annotations)} of them without any such joint' in printed


def test_an_interruption_leaves_nothing(make, out, monkeypatch):
    batches = []

    def stop_at_the_third(self, idx, data_batch):
        batches.append(idx)
        if len(batches) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(TestLoop, 'run_iter', stop_at_the_third)
    before = sorted(out.parent.iterdir())
    assert 'Interrupted' in make(status=130)
    assert sorted(out.parent.iterdir()) == before


def test_broken_pictures_are_skipped_and_counted(make, out, people):
    make()
    before = boxes(out)
    name = before[0][0]
    (people / name).write_bytes(b'no picture')
    printed = make('--fresh')
    left = [box for box in before if box[0] != name]
    assert boxes(out) == left
    assert f'{len(before) - len(left)} skipped' in printed
    for path in (people / 'train2017').iterdir():
        path.write_bytes(b'no picture')
    message = make('--fresh', status=1)
    assert 'images in a row cannot be read' in message
    assert boxes(out) == left


def test_a_set_of_ones_own(make, out, people, tmp_path):
    coco = json.loads((people / TRAIN).read_text())
    image = coco['images'][2]['id']
    detections = tmp_path / 'detections.json'
    box = dict(image_id=image, category_id=1, bbox=[20, 30, 50.5, 80], score=0.9)
    detections.write_text(json.dumps([box]))
    where = ['--ann-file', people / TRAIN, '--img-dir', people / 'train2017']
    make('--bbox-file', detections, where=where)
    name = coco['images'][2]['file_name']
    assert boxes(out) == [(name, [20, 30, 50.5, 80])]
    make('--fresh', '--data-root', people, '--bbox-file', detections, where=where)
    assert boxes(out) == [(f'train2017/{name}', [20, 30, 50.5, 80])]


def test_stock_training_takes_them_beside_the_labels(make, out, people, tmp_path):
    # ConcatDataset compares categories: they are the labeled file's.
    labels = json.loads((people / TRAIN).read_text())
    labels['categories'][0]['skeleton'] = []
    (people / TRAIN).write_text(json.dumps(labels))
    make()
    pipeline = semi_set(people)['labeled']['pipeline']
    pseudo = coco_set(
        people, 'train', pipeline, ann_file='pseudo.json', data_prefix=dict(img='')
    )
    labeled = coco_set(people, 'train', pipeline, indices=2)
    read = DATASETS.build(pseudo)
    annotations = json.loads(out.read_text())['annotations']
    # Flat heatmaps peak at the crop's corner, for some people left of and above the
    # picture: stock sets leave these out.
    inside = [one for one in annotations if max(one['keypoints'][:2]) > 0]
    assert len(annotations) > len(read) == len(inside)
    keypoints = torch.tensor(inside[0]['keypoints']).reshape(17, 3)
    (visible,) = read.get_data_info(0)['keypoints_visible']
    (points,) = read.get_data_info(0)['keypoints']
    assert visible.tolist() == [1] * 9 + [0] * 8
    torch.testing.assert_close(torch.tensor(points), keypoints[:, :2])
    both = dict(type='ConcatDataset', datasets=[labeled, pseudo])
    runner = build_runner(
        people,
        tmp_path / 'run',
        model=supervised_model(),
        train_dataloader=dict(
            batch_size=len(inside) + 2,
            sampler=dict(type='DefaultSampler', shuffle=True),
            dataset=both,
        ),
        train_cfg=dict(type='IterBasedTrainLoop', max_iters=1),
        val_dataloader=None,
        val_evaluator=None,
        val_cfg=None,
        custom_hooks=[],
    )
    before = runner.model.head.final_layer.bias.detach().clone()
    runner.train()
    assert (runner.model.head.final_layer.bias != before).all()


def test_it_names_the_recipe_that_trains_on_them(make, recipe, people):
    assert 'docs/data.md' in make()
    student = recipe.with_name('student.py')
    student.write_text("pseudo = dict(ann_file='pseudo.json')\n")
    printed = make('--data-root', people, '--fresh')
    assert f'Next: python tools/train.py {student} --data-root {people}' in printed


def test_checkpoints_that_do_not_fit(make, teacher, tmp_path):
    config, checkpoint = teacher
    missing = tmp_path / 'none.pth'
    assert 'does not exist' in make(models=(config, missing), status=1)
    cut = tmp_path / 'cut.pth'
    cut.write_bytes(checkpoint.read_bytes()[:1000])
    assert f'{cut} cannot be read' in make(models=(config, cut), status=1)
    other = tmp_path / 'other.pth'
    torch.save(dict(state_dict=MODELS.build(supervised_model(5)).state_dict()), other)
    assert 'is of another model' in make(models=(config, other), status=1)
    assert "no network '2'" in make('--network', 2, status=1)


def test_data_that_does_not_fit(make, people, recipe, teacher, tmp_path):
    (people / TRAIN).write_text('{"images": [')
    assert f'{people / TRAIN} is not valid JSON' in make(status=1)
    (people / TRAIN).unlink()
    assert f'Cannot read {people / TRAIN}' in make(status=1)
    cfg = Config.fromfile(recipe)
    cfg.train_dataloader.dataset.labeled.type = 'CrowdPoseDataset'
    cfg.dump(recipe)
    message = make(status=1)
    assert f'of {teacher[0]} is nose, and left_shoulder in the' in message
    cfg.train_dataloader.dataset = cfg.train_dataloader.dataset.labeled
    cfg.dump(recipe)
    assert 'trains on labels alone' in make(status=1)


def test_an_empty_part(make, recipe):
    cfg = Config.fromfile(recipe)
    unlabeled = cfg.train_dataloader.dataset.unlabeled
    parts = [unlabeled, dict(unlabeled, indices=[])]
    cfg.train_dataloader.dataset.unlabeled = dict(type='ConcatDataset', datasets=parts)
    cfg.dump(recipe)
    assert 'is empty: correct its indices' in make(status=1)


def test_models_that_do_not_fit(make, teacher, tmp_path):
    cfg = Config.fromfile(teacher[0])
    cfg.model = supervised_model(5)
    cfg.dump(tmp_path / 'five.py')
    five = tmp_path / 'five.pth'
    torch.save(dict(state_dict=MODELS.build(cfg.model).state_dict()), five)
    message = make(models=(tmp_path / 'five.py', five), status=1)
    assert 'predicts 5 joints, but the data sets have 17' in message
    cfg.model.type = 'BottomupPoseEstimator'
    cfg.dump(tmp_path / 'bottomup.py')
    message = make(models=(tmp_path / 'bottomup.py', five), status=1)
    assert 'bottomup.py builds a BottomupPoseEstimator: name a top-down' in message
    cfg.pop('test_dataloader')
    cfg.dump(tmp_path / 'untested.py')
    assert 'no test_dataloader' in make(
        models=(tmp_path / 'untested.py', five), status=1
    )


def test_options_that_do_not_fit(make, people):
    assert '--scales goes with --tta' in make('--scales', 1, status=1)
    assert 'more than 0' in make('--tta', '--scales', 1, 0, status=1)
    assert '--batch-size is 0' in make('--batch-size', 0, status=1)
    message = make(where=('--ann-file', people / TRAIN), status=1)
    assert '--ann-file and --img-dir go together' in message
    message = make('--bbox-file', 'detections.json', status=1)
    assert '--ann-file and --img-dir go together' in message
