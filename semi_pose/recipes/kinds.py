"""What a recipe is: its method, its hard view, its labels."""

from collections.abc import Iterator
from typing import Any

from mmengine.config import Config

# Hooks that do not change the training.
ONLOOKERS = ('CollapseMonitor',)


def describe(cfg: Config) -> tuple[str, bool, str]:
    """Find which of the paper's methods a recipe is.

    Args:
        cfg (Config): The recipe.

    Returns:
        tuple[str, bool, str]: Kind, whether it has easy-hard pairs, and title.
    """
    if not is_semi(cfg):
        if 'pseudo_labels' not in cfg:
            return 'supervised', False, 'Supervised'
        if cfg.pseudo_labels.get('tta'):
            return 'distill', False, 'DataDistill'
        return 'pseudo', False, 'PseudoPose'
    model = cfg.model
    pairs = model.get('teacher_view') is None
    view = f', {_hard_view(cfg)}' if pairs else ''
    if model.get('mean_teacher') is not None:
        kind = 'mean_teacher'
        title = f'Mean teacher, easy-hard pairs{view}' if pairs else 'Mean teacher'
    elif not pairs:
        kind, title = 'standard', 'Standard consistency'
    elif model.get('peer', 'same') is None:
        return 'single', True, f'Single{view}'
    else:
        return 'dual', True, f'Dual{view}'
    if model.get('peer', 'same') is not None:
        title += ', two networks'
    return kind, pairs, title


def _hard_view(cfg: Config) -> str:
    types = {node.get('type') for _, node in nodes(cfg.model.hard_pipeline, '')}
    names = {
        'HardAffine': 'affine',
        'RandAugment': 'RandAugment',
        'JointCutout': 'Joint Cutout',
    }
    return ' + '.join(names[one] for one in names if one in types) or 'no hard view'


def nodes(node: Any, place: str) -> Iterator[tuple[str, dict]]:
    """Yield every dict below a place of a config."""
    if isinstance(node, dict):
        yield place, node
        for key, value in node.items():
            yield from nodes(value, f'{place}.{key}')
    elif isinstance(node, (list, tuple)):
        for number, value in enumerate(node):
            yield from nodes(value, f'{place}.{number}')


def is_semi(cfg: Config) -> bool:
    """Say whether a recipe trains on unlabeled images."""
    return cfg.train_dataloader.dataset.type == 'SemiDataset'


def label_counts(cfg: Config) -> list[int]:
    """Return the sizes of the labeled subsets that a recipe uses."""
    cfg = Config({key: cfg[key] for key in cfg if key != 'pseudo_labels'})
    return list(label_places(cfg).values())


def label_places(cfg: Config) -> dict[str, int]:
    """Return where a recipe limits its labeled sets, and to how many people."""
    dataset = cfg.train_dataloader.dataset
    return {
        f'{place}.indices': node.indices
        for place, node in nodes(dataset, 'train_dataloader.dataset')
        if node.get('type') != 'UnlabeledDataset'
        and isinstance(node.get('indices'), int)
        and 'pseudo_labels' not in cfg
    }
