"""What the report calls a recipe."""

from mmengine.config import Config

from semi_pose.study.ablations import is_semi, nodes


def describe(cfg: Config) -> tuple[str, bool, str]:
    """Say which of the paper's methods a recipe is.

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
    types |= {node.get('type') for _, node in nodes(cfg.train_dataloader, '')}
    names = {
        'HardAffine': 'affine',
        'RandAugment': 'RandAugment',
        'JointCutout': 'Joint Cutout',
    }
    return ' + '.join(names[one] for one in names if one in types) or 'no hard view'
