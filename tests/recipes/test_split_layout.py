import json
from pathlib import Path

import pytest
from mmengine.config import Config
from mmpose.registry import DATASETS

from semi_pose.datasets.split import SplitRules, split_people
from semi_pose.engine.checks import check_overlap
from semi_pose.errors import UserError
from semi_pose.recipes.data_root import TEST, TRAIN, check_files, set_data_root
from semi_pose.recipes.pseudo_labels import recipe_people
from semi_pose.recipes.reading import load_recipe
from semi_pose.recipes.split_layout import part_file, use_split

from ..helpers.two_sources import add_source

CONFIGS = Path(__file__).parents[2] / 'configs'


@pytest.fixture
def root(synthetic_coco, tmp_path):
    """A split of the synthetic people: 9 are labeled."""
    source = synthetic_coco / 'annotations/person_keypoints_train2017.json'
    split = split_people(json.loads(source.read_text()), SplitRules(9, seed=0), '')
    parts = {}
    (tmp_path / 'annotations').mkdir()
    for name, part in split._asdict().items():
        part_file(tmp_path, name).write_text(json.dumps(part))
        parts[name] = dict(annotation_ids=[one['id'] for one in part['annotations']])
    (tmp_path / 'manifest.json').write_text(json.dumps(dict(parts=parts)))
    (tmp_path / 'images').symlink_to(synthetic_coco / 'train2017')
    return tmp_path


def fitted(root, name, change=lambda cfg: None):
    cfg = Config.fromfile(CONFIGS / name)
    change(cfg)
    set_data_root(cfg, str(root))
    assert '9 labeled' in use_split(cfg, str(root))
    check_files(cfg, TRAIN + TEST)
    return cfg


def test_a_recipe_trains_on_the_parts(root):
    cfg = fitted(root, 'semi/res18_coco1k_dual.py')
    pairs = DATASETS.build(cfg.train_dataloader.dataset)
    val = DATASETS.build(cfg.val_dataloader.dataset)
    people = {
        part: json.loads(part_file(root, part).read_text())['annotations']
        for part in ('train', 'unlabeled', 'val')
    }
    assert len(pairs.labeled) == len(people['train']) == 9
    assert len(pairs.unlabeled) == len(people['unlabeled']) > 9
    assert len(val) == len(people['val']) > 0
    check_overlap(pairs.unlabeled, val, 'error')
    assert pairs[0]['inputs']['sup'].shape == (3, 256, 192)
    assert val[0]['inputs'].shape == (3, 256, 192)
    assert cfg.val_evaluator.ann_file == str(part_file(root, 'val'))
    assert cfg.test_dataloader.dataset.ann_file == str(part_file(root, 'val'))


def test_several_unlabeled_sets_become_one(root):
    cfg = fitted(root, 'lsp/efflite0_lsp20_dual.py', add_source)
    (part,) = cfg.train_dataloader.dataset.unlabeled.datasets
    assert part.ann_file == str(part_file(root, 'unlabeled')) and part.indices is None
    labeled, val = cfg.train_dataloader.dataset.labeled, cfg.val_dataloader.dataset
    assert labeled.indices is val.indices is None
    assert labeled.ann_file == str(part_file(root, 'train'))
    monitor = next(hook for hook in cfg.custom_hooks if hook.type == 'CollapseMonitor')
    (part,) = monitor.unlabeled.datasets
    assert part.ann_file == str(part_file(root, 'unlabeled'))


def test_pseudo_labels_stay(root):
    cfg = Config.fromfile(CONFIGS / 'semi/res18_coco1k_pseudo.py')
    set_data_root(cfg, str(root))
    labels = cfg.pseudo.ann_file
    assert use_split(cfg, str(root))
    real, pseudo = cfg.train_dataloader.dataset.datasets
    assert real.dataset.ann_file == str(part_file(root, 'train'))
    assert pseudo.ann_file == labels
    assert Path(pseudo.data_root, pseudo.data_prefix.img) == root


def test_a_student_of_other_people_learns_from_the_split(root, tmp_path):
    """As make_semi_config.py writes it: the pictures are in a folder of their own."""
    pictures = dict(data_prefix=dict(img='elsewhere'))
    labels = dict(pictures, ann_file='labels.json', data_root='')

    def change(cfg):
        cfg.unlabeled = dict(pictures, type='UnlabeledDataset', ann_file='boxes.json')
        cfg.pseudo.update(labels)
        cfg.train_dataloader.dataset.datasets[1].update(labels)
        cfg.dump(tmp_path / 'student.py')

    cfg = Config.fromfile(CONFIGS / 'semi/res18_coco1k_distill.py')
    change(cfg)
    people = recipe_people(str(tmp_path / 'student.py'), str(root))
    assert people.dataset.ann_file == str(part_file(root, 'unlabeled'))
    assert people.dataset.data_prefix.img == 'images/'
    set_data_root(cfg, str(root))
    use_split(cfg, str(root))
    _, pseudo = cfg.train_dataloader.dataset.datasets
    # As the recipe names it, so that a missing file is told with its command.
    assert Path(pseudo.data_root, pseudo.ann_file) == Path('labels.json')
    with pytest.raises(UserError, match='command at the top of'):
        check_files(cfg, TRAIN)
    # The labels' file names begin there.
    assert Path(pseudo.data_root, pseudo.data_prefix.img) == Path(people.root) == root


def test_other_folders_are_left_alone(synthetic_coco):
    cfg = Config.fromfile(CONFIGS / 'semi/res18_coco1k_dual.py')
    before = cfg.pretty_text
    assert use_split(cfg, str(synthetic_coco)) is None
    assert cfg.pretty_text == before


def test_tools_that_read_a_recipe_take_a_split(root):
    name = str(CONFIGS / 'semi/res18_coco1k_dual.py')
    dataset = load_recipe(name, str(root)).train_dataloader.dataset
    assert dataset.labeled.ann_file == str(part_file(root, 'train').absolute())
    people = recipe_people(name, str(root))
    assert people.dataset.ann_file == str(part_file(root, 'unlabeled').absolute())
    assert people.root == str(root)
