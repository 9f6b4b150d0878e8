"""The metrics of a validation, and the one that selects the best checkpoint."""

from collections.abc import Iterator, Mapping

from mmengine.config import Config
from mmpose.registry import METRICS

from semi_pose.errors import UserError

CROWD = 'AP', 'AP .5', 'AP .75', 'AR', 'AR .5', 'AR .75', 'AP(E)', 'AP(M)', 'AP(H)'
COCO = (
    *('AP', 'AP .5', 'AP .75', 'AP (M)', 'AP (L)'),
    *('AR', 'AR .5', 'AR .75', 'AR (M)', 'AR (L)'),
)
PCK = dict(bbox='PCK', head='PCKh', torso='tPCK')
JOINTS = 'Head', 'Shoulder', 'Elbow', 'Wrist', 'Hip', 'Knee', 'Ankle'
MPII = (*(f'{joint} PCK' for joint in JOINTS), 'PCK', 'PCK@0.1')


def check_save_best(cfg: Config) -> None:
    """Check that validation computes the metric that selects the best checkpoint.

    MMEngine notices only after the first validation.

    Args:
        cfg (Config): The config.

    Raises:
        UserError: If it does not; the message lists the metrics.
    """
    wanted = cfg.get('default_hooks', {}).get('checkpoint', {}).get('save_best')
    known = metric_names(cfg) if wanted else []
    if not known:
        return
    every = cfg.get('val_cfg', {}).get('type') == 'SemiValLoop'
    for name in [wanted] if isinstance(wanted, str) else wanted:
        short = name.partition('/')[2] if every and name not in known else name
        if name != 'auto' and short not in known:
            raise UserError(
                f'default_hooks.checkpoint.save_best={name}: there is no such metric. '
                f'Validation computes {", ".join(known)}'
                + (', and each as net1/..., ensemble/....' if every else '.')
            )


def metric_names(cfg: Config) -> list[str]:
    """List the metrics of a validation, those of its tested network.

    Args:
        cfg (Config): The config.

    Returns:
        list[str]: Their names; empty without validation, or if those of a metric are
        not known here.
    """
    metrics = cfg.get('val_evaluator') or []
    if isinstance(metrics, Mapping):
        metrics = metrics.get('metrics', metrics)  # of an Evaluator
    metrics = metrics if isinstance(metrics, (list, tuple)) else [metrics]
    names = [list(_names(metric)) for metric in metrics]
    return sum(names, []) if all(names) else []


def _names(metric: Mapping) -> Iterator[str]:
    kind = metric['type']
    kind = METRICS.get(kind) if isinstance(kind, str) else kind
    if not isinstance(kind, type):
        return
    prefix = metric.get('prefix') or getattr(kind, 'default_prefix', None)
    for name in _plain_names(metric, {one.__name__ for one in kind.__mro__}):
        yield f'{prefix}/{name}' if prefix else name


def _plain_names(metric: Mapping, kinds: set[str]) -> tuple[str, ...]:
    if 'CocoMetric' in kinds and 'PoseTrack18Metric' not in kinds:
        crowd = metric.get('iou_type') == 'keypoints_crowd'
        return CROWD if crowd else COCO
    if 'MpiiPCKAccuracy' in kinds:
        return MPII
    if 'JhmdbPCKAccuracy' not in kinds and 'PCKAccuracy' in kinds:
        items = metric.get('norm_item', 'bbox')
        items = [items] if isinstance(items, str) else items
        return tuple(PCK[item] for item in items)
    return tuple({'AUC', 'EPE', 'NME'} & kinds)
