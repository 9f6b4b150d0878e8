"""Which of MMPose's configs can be made semi-supervised."""

from importlib.util import find_spec

from mmengine.config import Config
from mmpose.models import CPMHead, HeatmapHead, MSPNHead
from mmpose.registry import MODELS

from semi_pose.errors import UserError
from semi_pose.recipes.kinds import dicts

_CLASSES = 'predicts coordinates as classes (SimCC), not heatmaps'
_NUMBERS = 'predicts coordinates by regression, not heatmaps'
_GROUPS = 'finds all people of a picture at once (bottom-up or one-stage)'
_DEPTH = 'predicts joints in 3D'
_LOSSES = 'has several losses that do not all belong to heatmaps'
REASONS = {
    **dict.fromkeys(('SimCCHead', 'RTMCCHead', 'RTMWHead'), _CLASSES),
    **dict.fromkeys(
        ('RegressionHead', 'RLEHead', 'IntegralRegressionHead', 'DSNTHead'), _NUMBERS
    ),
    **dict.fromkeys(
        ('AssociativeEmbeddingHead', 'CIDHead', 'DEKRHead', 'EDPoseHead'), _GROUPS
    ),
    **dict.fromkeys(('RTMOHead', 'YOLOXPoseHead', 'TransformerHead'), _GROUPS),
    **dict.fromkeys(('InternetHead', 'MotionRegressionHead'), _DEPTH),
    **dict.fromkeys(('TemporalRegressionHead', 'TrajectoryRegressionHead'), _DEPTH),
    'VisPredictHead': _LOSSES,
}
ESTIMATORS = {'BottomupPoseEstimator': _GROUPS, 'PoseLifter': _DEPTH}
LOSSES = 'CombinedLoss', 'MultipleLossWrapper'
CODECS = 'MSRAHeatmap', 'UDPHeatmap', 'MegviiHeatmap'


def check_stock(cfg: Config, path: str) -> None:
    """Check that a config trains a top-down model of heatmaps.

    Args:
        cfg (Config): The config.
        path (str): Its name, for messages.

    Raises:
        UserError: If it does not, or a package that it needs is not installed.
    """
    model = cfg.get('model') or {}
    if model.get('type') == 'DualPoseEstimator' or 'pseudo_labels' in cfg:
        raise UserError(f'{path} is semi-supervised already: train it as it is.')
    if 'train_dataloader' not in cfg or not model:
        raise UserError(f'{path} trains nothing: name a config of an MMPose model.')
    part, reason = _refused_part(model)
    if reason:
        raise UserError(
            f'{path}: {part} {reason}, and semi_pose teaches heatmaps of one person: '
            'take a config of a folder topdown_heatmap of MMPose.'
        )
    _check_packages(model, path)


def _refused_part(model: dict) -> tuple[str, str | None]:
    """Return the part that does not fit, and why; None if all fit."""
    head = model.get('head') or {}
    kind, codec = head.get('type'), head.get('decoder') or {}
    if kind in REASONS:
        return kind, REASONS[kind]
    if model.get('type') != 'TopdownPoseEstimator':
        reason = ESTIMATORS.get(model.get('type'), 'is not a top-down model')
        return str(model.get('type')), reason
    if not issubclass(MODELS.get(kind) or object, (HeatmapHead, CPMHead, MSPNHead)):
        return str(kind), 'is not a head of heatmaps'
    losses = head.get('loss') or {}
    if isinstance(losses, dict) and losses.get('type') in LOSSES:
        return losses['type'], _LOSSES
    if codec.get('heatmap_type', 'gaussian') != 'gaussian':
        return f'{codec["type"]} {codec.heatmap_type}', 'predicts offsets too'
    if codec.get('type') not in CODECS:
        return str(codec.get('type')), 'is not a codec of plain heatmaps'
    return '', None


def _check_packages(model: dict, path: str) -> None:
    """Check that packages whose parts a model names, as mmpretrain's, are there."""
    # mmpretrain 1.2 names a package `modelindex`, which is empty.
    needs = dict(mmpretrain='mmpretrain model-index', mmcls='mmpretrain model-index')
    for node in dicts(model):
        package, dot, _ = str(node.get('type') or '').partition('.')
        if dot and find_spec(package) is None:
            raise UserError(
                f'{path}: {node["type"]} is a part of {package}, which is not '
                f'installed: `pip install {needs.get(package, package)}` '
                '(docs/own_data.md).'
            )
