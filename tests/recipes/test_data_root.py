"""Another data root, the small layout, and files that are not there."""

import json
from pathlib import Path
from shutil import copytree

import pytest
from mmengine.config import Config
from mmpose.registry import DATASETS

from semi_pose.engine.checks import check_overlap
from semi_pose.errors import UserError
from semi_pose.recipes.data_root import (
    TEST,
    TRAIN,
    check_files,
    data_nodes,
    set_data_root,
)
from semi_pose.recipes.reading import load_recipe
from semi_pose.recipes.small_layout import split, use_small_layout

from ..helpers.two_sources import add_source

CONFIGS = Path(__file__).parents[2] / 'configs'
STOCK = (
    "_base_ = 'mmpose::body_2d_keypoint/topdown_heatmap/coco/"
    "td-hm_res50_8xb64-210e_coco-256x192.py'"
)
SMALL = 'annotations/person_keypoints.json'


def recipe(name='semi/res18_coco1k_dual.py') -> Config:
    return Config.fromfile(CONFIGS / name)


def test_every_data_set_and_evaluator_moves():
    cfg = recipe()
    set_data_root(cfg, 'elsewhere')
    pair = cfg.train_dataloader.dataset
    datasets = [pair.labeled, pair.unlabeled]
    datasets += [cfg.val_dataloader.dataset, cfg.test_dataloader.dataset]
    assert [dataset.data_root for dataset in datasets] == ['elsewhere'] * 4
    assert pair.labeled.ann_file == 'annotations/person_keypoints_train2017.json'
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        assert evaluator.ann_file == (
            'elsewhere/annotations/person_keypoints_val2017.json'
        )


def test_detected_boxes_move_too():
    cfg = Config.fromstring(STOCK, '.py')
    assert cfg.val_dataloader.dataset.bbox_file.startswith('data/coco/')
    set_data_root(cfg, '/disk')
    assert cfg.val_dataloader.dataset.bbox_file == (
        '/disk/person_detection_results/COCO_val2017_detections_AP_H_56_person.json'
    )


def test_parts_of_a_concatenation_move_and_keep_their_folders():
    cfg = recipe('lsp/efflite0_lsp20_dual.py')
    add_source(cfg)
    set_data_root(cfg, 'elsewhere')
    lsp, crops = cfg.train_dataloader.dataset.unlabeled.datasets
    assert (lsp.data_root, crops.data_root) == ('elsewhere',) * 2
    assert crops.ann_file == 'crops/boxes.json'


@pytest.mark.parametrize('roots', [('a', 'b'), ('', '')])
def test_one_root_cannot_replace_several_or_none(roots):
    cfg = recipe()
    pair = cfg.train_dataloader.dataset
    for node in data_nodes(cfg, TRAIN + TEST):
        if 'data_root' in node:
            node.data_root = roots[0]
    pair.unlabeled.data_root = roots[1]
    with pytest.raises(UserError, match='a, b' if roots[0] else 'none'):
        set_data_root(cfg, 'c')


def test_what_is_missing_is_named(synthetic_coco, tmp_path):
    cfg = recipe()
    set_data_root(cfg, str(synthetic_coco))
    check_files(cfg, TRAIN + TEST)
    root = copytree(synthetic_coco, tmp_path / 'people')
    set_data_root(cfg, str(root))
    (root / 'val2017').rename(root / 'other')
    with pytest.raises(UserError, match=str(root / 'val2017')):
        check_files(cfg, TEST)
    (root / 'annotations' / 'person_keypoints_train2017.json').unlink()
    with pytest.raises(UserError, match='train2017.json .*cocodataset.org.*make demo'):
        check_files(cfg, TRAIN)


def test_file_names_may_begin_in_the_current_folder(synthetic_coco):
    cfg = recipe()
    set_data_root(cfg, str(synthetic_coco))
    labeled = cfg.train_dataloader.dataset.labeled
    ann_file = str(synthetic_coco / labeled.ann_file)
    labeled.update(data_root='', ann_file=ann_file, data_prefix=dict(img=''))
    check_files(cfg, TRAIN)


@pytest.fixture
def small_root(synthetic_coco, tmp_path) -> Path:
    """The small layout: 24 images, one annotation file."""
    root = tmp_path / 'small'
    copytree(synthetic_coco / 'train2017', root / 'images')
    (root / 'annotations').mkdir()
    source = synthetic_coco / 'annotations' / 'person_keypoints_train2017.json'
    (root / SMALL).write_bytes(source.read_bytes())
    return root


def fitted(root: Path, work_dir: Path) -> Config:
    cfg = recipe()
    cfg.work_dir = str(work_dir)
    set_data_root(cfg, str(root))
    assert use_small_layout(cfg, str(root))
    return cfg


def test_the_small_layout_is_split_by_image(small_root, tmp_path):
    cfg = fitted(small_root, tmp_path / 'run')
    check_files(cfg, TRAIN + TEST)
    pair, val = cfg.train_dataloader.dataset, cfg.val_dataloader.dataset
    train_file, val_file = Path(pair.labeled.ann_file), Path(val.ann_file)
    assert pair.unlabeled.ann_file == str(train_file)
    assert cfg.val_evaluator.ann_file == cfg.test_evaluator.ann_file == str(val_file)
    assert train_file.parent.parent == tmp_path / 'run' / 'splits'
    whole = json.loads((small_root / SMALL).read_text())
    parts = [json.loads(path.read_text()) for path in (train_file, val_file)]
    assert parts[0]['images'] == whole['images'][:20]
    assert parts[1]['images'] == whole['images'][20:]
    for part in parts:
        ids = {image['id'] for image in part['images']}
        assert part['annotations'] == [
            one for one in whole['annotations'] if one['image_id'] in ids
        ]
        assert part['categories'] == whole['categories']


def test_the_small_layout_can_be_trained_on(small_root, tmp_path):
    cfg = fitted(small_root, tmp_path)
    train = DATASETS.build(cfg.train_dataloader.dataset)
    val = DATASETS.build(cfg.val_dataloader.dataset)
    check_overlap(train.unlabeled, val, 'error')
    labels = json.loads(Path(cfg.train_dataloader.dataset.labeled.ann_file).read_text())
    assert len(train.labeled) == len(labels['annotations'])
    assert train[0]['inputs']['easy'].shape == (3, 256, 192)
    assert len({sample['data_samples'].img_id for sample in val}) == 4


def test_tools_that_read_a_recipe_take_the_small_layout(
    small_root, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    source = str(recipe().filename)
    cfg = load_recipe(source, str(small_root))
    splits = tmp_path / 'work_dirs' / Path(source).stem / 'splits'
    (file,) = splits.glob('*/person_keypoints_train.json')
    assert cfg.train_dataloader.dataset.labeled.ann_file == str(file)
    # The config that a run saves is split already, and reads the same parts again.
    cfg.dump(tmp_path / 'run.py')
    again = load_recipe(str(tmp_path / 'run.py'), str(small_root))
    assert again.train_dataloader.dataset.labeled.ann_file == str(file)


def test_the_split_is_always_the_same(small_root, tmp_path):
    first, second = (fitted(small_root, tmp_path / name) for name in 'ab')
    paths = [Path(cfg.val_dataloader.dataset.ann_file) for cfg in (first, second)]
    assert paths[0] != paths[1]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_another_layout_is_left_alone(synthetic_coco, tmp_path):
    cfg = recipe()
    cfg.work_dir = str(tmp_path)
    before = cfg.pretty_text
    assert use_small_layout(cfg, str(synthetic_coco)) is None
    assert cfg.pretty_text == before
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ('images', 'val'), [(2, 1), (4, 1), (9, 1), (10, 2), (119, 23)]
)
def test_the_last_fifth_validates(images, val):
    coco = labeled_images(images)
    parts = split(coco, 'some.json')
    assert [len(part['images']) for part in parts] == [images - val, val]
    assert parts[1]['images'] == coco['images'][-val:]


def labeled_images(number: int, *unlabeled: int) -> dict:
    """Images with a person each, labeled but for some."""
    return dict(
        images=[dict(id=i) for i in range(number)],
        annotations=[
            dict(id=i, image_id=i, num_keypoints=0 if i in unlabeled else 3)
            for i in range(number)
        ],
    )


def test_of_a_partly_labeled_file_a_fifth_of_the_labeled_images_validates():
    coco = labeled_images(20, *range(4, 19))  # 0 to 3 and 19 are labeled
    train, val = split(coco, 'some.json')
    assert [image['id'] for image in val['images']] == [19]
    assert [image['id'] for image in train['images']] == list(range(19))
    assert len(train['annotations']) == 19


def test_one_image_cannot_be_split():
    with pytest.raises(UserError, match='some.json has 1 image with labeled people'):
        split(labeled_images(9, *range(1, 9)), 'some.json')


def test_missing_pseudo_labels_name_the_command_that_makes_them(tmp_path):
    cfg = recipe('lsp/efflite0_lsp20_pseudo.py')
    (tmp_path / 'lsp/images').mkdir(parents=True)
    (tmp_path / 'lsp/annotations').mkdir()
    (tmp_path / 'lsp/annotations/lsp_train.json').write_text('{}')
    set_data_root(cfg, str(tmp_path))
    with pytest.raises(UserError, match='command at the top of') as error:
        check_files(cfg, TRAIN)
    assert str(tmp_path / 'lsp20_pseudo_labels.json') in str(error.value)


def test_data_of_hooks_move_too(tmp_path):
    cfg = recipe('lsp/efflite0_lsp20_supervised.py')
    set_data_root(cfg, str(tmp_path))
    (monitor,) = (hook for hook in cfg.custom_hooks if 'unlabeled' in hook)
    assert monitor.unlabeled.data_root == str(tmp_path)
