"""Configs that MMPose reads alone, made from those of this project."""

from collections.abc import Iterator, Sequence
from typing import Any

import mmpose.registry
from mmengine.config import Config
from mmengine.registry import Registry

from semi_pose.errors import UserError
from semi_pose.recipes.kinds import dicts

# What a stock config needs beside the model and its data to be tested.
KEPT = (
    'default_scope',
    'default_hooks',
    'env_cfg',
    'vis_backends',
    'visualizer',
    'log_level',
)
# Those that MMPose's inferencers cannot do without.
DEFAULTS = dict(
    default_scope='mmpose',
    visualizer=dict(
        type='PoseLocalVisualizer',
        name='visualizer',
        vis_backends=[dict(type='LocalVisBackend')],
    ),
)
PARTS = ('backbone', 'neck', 'head')
OPENMMLAB = ('mmengine', 'mmpose', 'mmdet', 'mmcv', 'mmpretrain', 'torch')


def stock_config(cfg: Config, member: str) -> Config:
    """Make the config of one network of a model.

    Args:
        cfg (Config): The config of the whole model.
        member (str): Which network: ``net1``, ``net2``, ``student`` or ``ema``, the
            mean teacher of network 1.

    Returns:
        Config: Model, test pipeline, test set and metrics; no training. It imports
        packages of others, semi_pose among them, only where the network or its data
        are built of their parts.

    Raises:
        UserError: If the config has no test or validation data.
    """
    stage = 'test' if cfg.get('test_dataloader') else 'val'
    if not cfg.get(f'{stage}_dataloader'):
        raise UserError(
            f'{cfg.filename} has no test_dataloader, whose pipeline shows pictures to '
            'the model: add one.'
        )
    given = cfg.to_dict()
    loader = given[f'{stage}_dataloader']
    model = stock_model(given['model'], member)
    dataset = loader['dataset']
    dataset['pipeline'] = stock_loading(dataset['pipeline'])
    found = {**DEFAULTS, **{key: given[key] for key in KEPT if given.get(key)}}
    # MMPose's inferencers read the first two, MMDeploy the third.
    found.update(dataset_type=_innermost(dataset)['type'], data_mode='topdown')
    found.update(codec=model['head'].get('decoder'), model=model)
    found.update(test_dataloader=loader, test_cfg=dict())
    packages = set(_packages([model, loader]))
    found['test_evaluator'] = _metrics(given.get(f'{stage}_evaluator'), packages)
    if packages:
        found['custom_imports'] = _imports(given, packages)
    return Config(found)


def stock_model(model: dict, member: str) -> dict:
    """Return the config of one network, without its start and its training.

    Args:
        model (dict): Config of the whole model.
        member (str): Which network.

    Returns:
        dict: Config of a TopdownPoseEstimator.
    """
    network = {key: model[key] for key in PARTS if model.get(key)}
    if member in ('net2', 'student'):
        changes = model.get('peer' if member == 'net2' else 'student', 'same')
        if isinstance(changes, dict):
            network.update({key: changes[key] for key in PARTS if key in changes})
    network = {key: value for key, value in network.items() if value}
    network['backbone'] = dict(network['backbone'], init_cfg=None)
    test_cfg = dict(model.get('test_cfg') or {})
    test_cfg.pop('network', None)
    preprocessor = dict(model['data_preprocessor'])
    if preprocessor['type'] == 'SemiDataPreprocessor':
        preprocessor['type'] = 'PoseDataPreprocessor'
    kind = model['type']
    return dict(
        type='TopdownPoseEstimator' if kind == 'DualPoseEstimator' else kind,
        data_preprocessor=preprocessor,
        **network,
        test_cfg=test_cfg,
    )


def stock_loading(pipeline: Sequence[dict]) -> list[dict]:
    """Return a pipeline that loads pictures by MMPose's own transform."""
    return [
        dict(type='LoadImage') if step['type'] == 'LoadImageOrSkip' else step
        for step in pipeline
    ]


def _innermost(dataset: dict) -> dict:
    inner = dataset.get('dataset') or next(iter(dataset.get('datasets', ())), None)
    return _innermost(inner) if inner else dataset


def _metrics(metrics: Any, packages: set[str]) -> list[dict]:
    """Return the metrics, without those of packages that the network does not need."""
    metrics = metrics if isinstance(metrics, (list, tuple)) else [metrics or {}]
    return [one for one in metrics if one and set(_packages(one)) <= packages]


def _packages(node: Any) -> Iterator[str]:
    """Yield the packages, other than OpenMMLab's, that the parts are from."""
    registries = vars(mmpose.registry).values()
    modules = {
        name: kind.__module__.partition('.')[0]
        for registry in registries
        if isinstance(registry, Registry)
        for name, kind in registry.module_dict.items()
    }
    for part in dicts(node):
        package = modules.get(part.get('type'))
        if package and package not in OPENMMLAB:
            yield package


def _imports(given: dict, packages: set[str]) -> dict:
    listed = given.get('custom_imports', {}).get('imports', [])
    listed = [listed] if isinstance(listed, str) else listed
    kept = [name for name in listed if name.partition('.')[0] in packages]
    if 'semi_pose' in packages and 'semi_pose' not in kept:
        kept.insert(0, 'semi_pose')
    return dict(imports=kept, allow_failed_imports=False)
