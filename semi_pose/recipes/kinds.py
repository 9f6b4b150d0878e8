"""What a recipe is: its method, its hard view, its labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mmengine.config import Config

# Hooks that do not change the training.
ONLOOKERS = ('CollapseMonitor', 'SemiVisualizationHook')
HARD_VIEWS = {
    'HardAffine': 'affine',
    'RandAugment': 'RandAugment',
    'JointCutout': 'Joint Cutout',
    'CutOcclude': 'Cut-Occlude',
    'RandomCutout': 'Cutout',
    'RandomCutMix': 'CutMix',
    'RedrawTargets': 'drawn targets',
}


@dataclass(frozen=True)
class RecipeKind:
    """What a recipe is.

    Attributes:
        kind (str): ``supervised``, ``pseudo``, ``distill``, ``standard``,
            ``mean_teacher``, ``single``, ``dual``, ``multiaugs_single``,
            ``multiaugs_dual``, ``sspcm`` or ``sspcm_multiaugs``.
        easy_hard (bool): Whether easy views teach hard ones.
        title (str): What reports call it.
        labels (int, optional): How many people are labeled; None if all are.
    """

    kind: str
    easy_hard: bool
    title: str
    labels: int | None


def describe(cfg: Config) -> RecipeKind:
    """Say which method a recipe is, and on how many labels.

    Args:
        cfg (Config): The recipe.

    Returns:
        RecipeKind: What it is.
    """
    labels = next(iter(label_places(cfg).values()), None)
    easy_hard = is_semi(cfg) and cfg.model.get('teacher_view') is None
    kind, title = _semi(cfg.model, easy_hard) if is_semi(cfg) else _on_labels(cfg)
    return RecipeKind(kind, easy_hard, title, labels)


def _on_labels(cfg: Config) -> tuple[str, str]:
    if 'pseudo_labels' not in cfg:
        return 'supervised', 'Supervised'
    if cfg.pseudo_labels.get('tta'):
        return 'distill', 'DataDistill'
    return 'pseudo', 'PseudoPose'


def _semi(model: dict, pairs: bool) -> tuple[str, str]:
    networks = 'single' if model.get('peer', 'same') is None else 'dual'
    two_networks = ', two networks' if networks == 'dual' else ''
    paths = len(model.get('paths', [()]))
    # Several hard views are too many to list.
    view = f', {paths} hard views' if paths > 1 else f', {_hard_view(model)}'
    if model.get('mean_teacher') is not None:
        pairs_of = f', easy-hard pairs{view}' if pairs else ''
        return 'mean_teacher', f'Mean teacher{pairs_of}{two_networks}'
    if not pairs:
        return 'standard', f'Standard consistency{two_networks}'
    if model.get('student') is not None:
        return ('sspcm_multiaugs' if paths > 1 else 'sspcm'), f'SSPCM{view}'
    if paths > 1:
        return f'multiaugs_{networks}', f'MultiAugs {networks}{view}'
    return networks, f'{networks.capitalize()}{view}'


def _hard_view(model: dict) -> str:
    types = {node.get('type') for node in dicts(model)}
    found = [name for kind, name in HARD_VIEWS.items() if kind in types]
    return ' + '.join(found) or 'no hard view'


def nodes(node: Any, place: str) -> Iterator[tuple[str, dict]]:
    """Yield every dict below a place of a config."""
    if isinstance(node, dict):
        yield place, node
        for key, value in node.items():
            yield from nodes(value, f'{place}.{key}')
    elif isinstance(node, (list, tuple)):
        for number, value in enumerate(node):
            yield from nodes(value, f'{place}.{number}')


def dicts(node: Any) -> Iterator[dict]:
    """Yield every dict in a part of a config."""
    return (found for _, found in nodes(node, ''))


def is_semi(cfg: Config) -> bool:
    """Say whether a recipe trains on unlabeled images."""
    return cfg.train_dataloader.dataset.type == 'SemiDataset'


def pseudo_file(cfg: Config) -> str | None:
    """Return the file of pseudo labels that a recipe names; None if it has none."""
    return cfg.get('pseudo', {}).get('ann_file')


def label_places(cfg: Config) -> dict[str, int]:
    """Return where a recipe limits its labeled sets, and to how many people."""
    dataset = cfg.train_dataloader.dataset
    return {
        f'{place}.indices': node.indices
        for place, node in nodes(dataset, 'train_dataloader.dataset')
        if node.get('type') != 'UnlabeledDataset'
        and isinstance(node.get('indices'), int)
    }
