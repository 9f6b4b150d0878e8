"""A recipe of DataDistill, and one of its teachers, written from a config of MMPose."""

import os.path as osp
from pathlib import Path

from mmengine.config import Config
from mmpose.models import HeatmapHead
from mmpose.registry import DATASETS, MODELS

from semi_pose.datasets.annotation_check import find_use
from semi_pose.errors import UserError
from semi_pose.recipes.data_root import annotation_path
from semi_pose.recipes.python_code import Code, assignment
from semi_pose.recipes.semi_recipe import Wish, base, labeled_set, run_settings

TITLE = 'DataDistill: three supervised networks label the unlabeled people.'
# With 500 labels and 9000 unlabeled people of LSP Extended.
PSEUDO_PER_REAL = 3
TEACHER = 'The teachers, with seeds 0, 1 and 2, and the baseline: supervised training.'


def teacher_path(out: Path) -> Path:
    """Return where the teachers' recipe goes, beside the student's."""
    return out.with_name(f'{out.stem}_teacher.py')


def write_distill(
    cfg: Config, wish: Wish, unlabeled: int, train: str, study: str
) -> dict[Path, str]:
    """Write the student's recipe and its teachers'.

    Args:
        cfg (Config): The stock config, of a top-down model.
        wish (Wish): What the student's recipe is to be.
        unlabeled (int): How many people are unlabeled.
        train (str): The command that trains the teachers.
        study (str): The command that trains them, makes labels and trains the student.

    Returns:
        dict[Path, str]: Python code by file.

    Raises:
        UserError: If the stock config's labels are not one file in COCO's format, its
            head makes heatmaps in several stages, or the file is missing and ``wish``
            does not say how many people it labels.
    """
    _check(cfg, wish.stock)
    times = unlabeled / PSEUDO_PER_REAL / (wish.labels or _count(cfg, wish))
    codes = {
        wish.out: _student(cfg, wish, max(round(times), 1), study),
        teacher_path(wish.out): _teacher(cfg, wish, train),
    }
    return {path: '\n\n'.join(blocks) + '\n' for path, blocks in codes.items()}


def _check(cfg: Config, stock: str) -> None:
    """Check that labels can be made, and that the labeled set's class can read them."""
    dataset, head = cfg.train_dataloader.dataset, cfg.model.head.type
    use = find_use(dataset)
    if use is None or not use.joints:
        raise UserError(
            f"{stock}: {dataset.type} does not read one file in COCO's plain format, "
            'as pseudo labels are: take another --method.'
        )
    if not issubclass(MODELS.get(head), HeatmapHead):
        raise UserError(
            f'{stock}: heatmaps of several networks are averaged for a HeatmapHead '
            f'alone, and this is a {head}: take another --method.'
        )


def _count(cfg: Config, wish: Wish) -> int:
    """Count the labeled people."""
    dataset = cfg.train_dataloader.dataset
    path = annotation_path(dataset)
    if not osp.exists(path):
        raise UserError(
            f'{wish.stock} has its labels in {path}, which does not exist: correct the '
            'path, or say by --labels how many people are labeled.'
        )
    return len(DATASETS.build(dict(dataset, pipeline=[])))


def _teacher(cfg: Config, wish: Wish, command: str) -> list[str]:
    labeled = f'train_dataloader = dict(dataset=dict(indices={wish.labels}))'
    return [
        '\n'.join([f'# {command}', f'# {TEACHER}', base(wish)]),
        '\n'.join(run_settings(cfg, one_pipeline=True)),
        *([labeled] if wish.labels else []),
    ]


def _student(cfg: Config, wish: Wish, times: int, command: str) -> list[str]:
    teacher = f'{{{{ fileDirname }}}}/{teacher_path(wish.out).name}@0,1,2'
    # Nothing of a variable that the stock config has.
    start = dict(_delete_=True) if 'unlabeled' in cfg else {}
    unlabeled = dict(start, type='UnlabeledDataset', **wish.people.settings)
    return [
        '\n'.join([f'# {command}', f'# {TITLE}', base(wish)]),
        '\n'.join(run_settings(cfg)),
        assignment('pseudo_labels', dict(teachers=[teacher], tta=True)),
        assignment('unlabeled', unlabeled),
        '\n'.join(_data(cfg, wish, times)),
    ]


def _data(cfg: Config, wish: Wish, times: int) -> list[str]:
    """Write the sets of real labels and of pseudo labels."""
    repeated = dict(type='RepeatDataset', times=times, dataset=Code('labeled'))
    pseudo = {
        '': Code('labeled'),
        'data_root': '',
        'ann_file': str(wish.out.with_name(f'{wish.out.stem}_labels.json')),
        'data_prefix': dict(img=str(wish.people.images)),
        'indices': None,
    }
    both = dict(
        _delete_=True, type='ConcatDataset', datasets=Code('[repeated, pseudo]')
    )
    return [
        f'labeled = {labeled_set(cfg, wish)}',
        '# A quarter of the samples or more have real labels.',
        assignment('repeated', repeated),
        '# tools/analysis/study.py names the file that it makes.',
        assignment('pseudo', pseudo),
        assignment('train_dataloader', dict(dataset=both)),
    ]
