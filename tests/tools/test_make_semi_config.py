"""make_semi_config.py: from a stock config to a recipe that train.py takes."""

import json

import pytest

from ..helpers.stock import COCO, read

RES50 = 'td-hm_res50_8xb64-210e_coco-256x192'


@pytest.fixture
def make(printed_by, stock_config, synthetic_coco, tmp_path):
    """Run the tool in an empty folder; returns what it prints."""

    def call(*options, config=stock_config, people=None, status=0) -> str:
        people = people or (
            *('--unlabeled', synthetic_coco / 'annotations'),
            *('--unlabeled-images', synthetic_coco / 'train2017'),
        )
        command = 'model/make_semi_config.py', config, *people, *options
        return printed_by(*command, status=status)

    return call


@pytest.fixture
def people(synthetic_coco):
    file = synthetic_coco / 'annotations/person_keypoints_train2017.json'
    return '--unlabeled', file, '--unlabeled-images', synthetic_coco / 'train2017'


def test_it_says_what_it_wrote_and_what_is_next(make, people, tmp_path):
    out = tmp_path / 'recipes/mine.py'
    printed = make('--labels', 4, '--out', out, people=people)
    coco = json.loads(people[1].read_text())
    assert f'Unlabeled: {len(coco["annotations"])} people of {people[1]}\n' in printed
    assert f'Wrote {out}: dual on 4 labels of ' in printed
    assert f'Next: python tools/train.py {out}\n' in printed
    assert f'show_views.py {out} work_dirs/mine/CHECKPOINT' in printed
    assert out.read_text().startswith(f'# python tools/train.py {out}\n')


@pytest.mark.slow
def test_a_recipe_trains(make, tool, people, synthetic_coco, tmp_path):
    out = tmp_path / 'mine.py'
    make('--labels', 4, '--out', out, people=people)
    options = ['train_dataloader.batch_size=2', 'train_cfg.max_epochs=1']
    options += ['train_dataloader.dataset.unlabeled.indices=4']
    options += ['train_dataloader.num_workers=0', 'default_hooks.logger.interval=1']
    options += ['train_dataloader.persistent_workers=False']
    # MMEngine gives a name's second visualizer the folder of the first.
    options += [f'visualizer.name={tmp_path.name}']
    work_dir = tmp_path / 'run'
    command = ['train.py', out, '--data-root', synthetic_coco, '--no-validate']
    tool(*command, '--work-dir', work_dir, '--cfg-options', *options)
    (log,) = work_dir.glob('*/vis_data/scalars.json')
    last = json.loads(log.read_text().splitlines()[-1])
    assert last['loss_consistency'] > 0 and last['net2.loss_kpt'] > 0
    assert (work_dir / 'last_checkpoint').exists()


def test_distill_writes_the_teachers_recipe_too(make, people, tmp_path):
    out = tmp_path / 'mine.py'
    options = '--method', 'distill', '--labels', 4, '--out', out
    printed = make(*options, people=people)
    teacher = tmp_path / 'mine_teacher.py'
    study = f'python tools/analysis/study.py {teacher}@0,1,2 {out}\n'
    assert f'Wrote {out}: distill on 4 labels of ' in printed
    assert f'Wrote {teacher}: the recipe of its teachers\n' in printed
    assert f'Next: {study}' in printed
    assert out.read_text().startswith(f'# {study}')
    out.unlink()
    assert f'{teacher} exists: replace it' in make(*options, people=people, status=1)
    assert not out.exists()
    make(*options, '--fresh', people=people)
    assert out.exists()
    words = *options, '--fresh'
    printed = make(*words, config=teacher, people=people, status=1)
    assert f'{teacher} is the stock config: name another --out' in printed


@pytest.mark.slow
def test_a_study_trains_student_and_teachers(
    make, tool, people, synthetic_coco, tmp_path
):
    out, runs = tmp_path / 'mine.py', tmp_path / 'runs'
    make('--method', 'distill', '--labels', 8, '--out', out, people=people)
    # Hardly trained teachers are sure of nothing.
    text = out.read_text().replace('tta=True', 'tta=True, score_thr=0.0')
    out.write_text(text)
    options = ['train_dataloader.batch_size=4', 'train_cfg.max_epochs=1']
    options += ['train_dataloader.num_workers=0', 'default_hooks.logger.interval=1']
    options += ['train_dataloader.persistent_workers=False', 'train_cfg.val_interval=1']
    # The stock config validates on a detector's boxes.
    options += [f'{part}_dataloader.dataset.bbox_file=None' for part in ('val', 'test')]
    command = ['analysis/study.py', f'{tmp_path}/mine_teacher.py@0,1,2', out]
    command += ['--data-root', synthetic_coco]
    tool(*command, '--work-dir', runs, '--cfg-options', *options)
    labels = json.loads((runs / 'mine/pseudo_labels.json').read_text())
    for image in labels['images']:
        assert (synthetic_coco / 'train2017' / image['file_name']).exists()
    source = json.loads(people[1].read_text())
    counts = [one['num_keypoints'] for one in labels['annotations']]
    assert counts == [17] * len(source['annotations'])
    assert (runs / 'mine/seed0/epoch_1.pth').exists()
    assert (
        '| DataDistill beats Supervised in AP |'
        in (runs / 'report/report.md').read_text()
    )


def test_the_name_tells_config_and_method(make, people, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = f'{COCO}{RES50}.py'
    printed = make('--method', 'single', config=config, people=people)
    out = f'{RES50}_single.py'
    assert f'Wrote {out}: single on all labels of {config}' in printed
    assert f'Next: python -m semi_pose train {out}' in printed
    assert read(tmp_path / out).model.peer is None


def test_pictures_alone_are_enough(make, synthetic_coco, tmp_path):
    pictures = synthetic_coco / 'train2017'
    out = tmp_path / 'mine.py'
    printed = make('--out', out, people=('--unlabeled', pictures))
    assert f'Unlabeled: 24 people of {pictures}, one in each picture' in printed
    unlabeled = read(out).train_dataloader.dataset.unlabeled
    assert 'ann_file' not in unlabeled


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--labels', 0], '--labels is 0: use 1 labeled person or more.'),
        (['--out', 'mine.json'], 'mine.json is no Python file'),
        ([], 'recipe.py exists: replace it by --fresh'),
        (['--fresh'], 'name one of these files'),
    ],
)
def test_bad_options_are_told(options, message, make, tmp_path):
    out = tmp_path / 'recipe.py'
    out.write_text('mine')
    assert message in make('--out', out, *options, status=1)
    assert out.read_text() == 'mine'


def test_a_missing_config_is_told(make):
    assert 'Cannot read the config none.py' in make(config='none.py', status=1)


def test_simcc_is_refused(make, people, tmp_path):
    folder = 'mmpose::body_2d_keypoint/simcc/coco/'
    config = f'{folder}simcc_res50_8xb64-210e_coco-256x192.py'
    printed = make('--out', tmp_path / 'a.py', config=config, people=people, status=1)
    assert 'SimCCHead predicts coordinates as classes (SimCC), not heatmaps' in printed
    assert not (tmp_path / 'a.py').exists()
