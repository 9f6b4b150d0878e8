"""Semi-supervised recipes written from configs of MMPose."""

import os.path as osp
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

import semi_pose
from semi_pose.errors import UserError
from semi_pose.recipes.kinds import dicts
from semi_pose.recipes.python_code import Code, assignment, concatenation
from semi_pose.recipes.unlabeled_people import People

PIECES = Path(semi_pose.__file__).parent / '.mim/configs/_base_/semi.py'
METHODS = {
    'single': 'PoseCons with Joint Cutout: one network teaches itself.',
    'dual': 'PoseDual with Joint Cutout: two networks teach each other.',
    'standard': 'Standard consistency: both views are drawn alike. It collapses.',
    'mean_teacher': 'Mean teacher: a moving average of the network teaches it.',
    'multiaugs': 'MultiAugs: two networks learn from four hard views of each image.',
    'sspcm': 'SSPCM: two networks teach each other and a third one, which is tested.',
}
# Methods that draw both views on the device, from a plain crop.
DRAWN_TWICE = 'standard', 'mean_teacher'
# What the teacher sees: other steps need joints, or hide a part of the picture.
EASY_STEPS = (
    *('LoadImage', 'LoadImageOrSkip', 'GetBBoxCenterScale', 'RandomFlip'),
    *('RandomBBoxTransform', 'RandomSimilarity', 'TopdownAffine', 'PackPoseInputs'),
)
DRAWN_CROPS = 'RandomBBoxTransform', 'RandomSimilarity'
# Boxes of the hard views, in pixels of 192x256 crops.
JITTER_STD, HALF_SIZE, CROP = 10, (10, 19), (192, 256)
JITTERED = 'JointCutout', 'CutOcclude'
BOXES = *JITTERED, 'RandomCutout', 'RandomCutMix'


class Wish(NamedTuple):
    """What a recipe is to be.

    Attributes:
        stock (str): The config that it builds on, as the user names it.
        method (str): A key of ``METHODS``, or ``distill``.
        people (People): The unlabeled people.
        labels (int, optional): Use the first so many labeled people.
        out (Path): The recipe.
    """

    stock: str
    method: str
    people: People
    labels: int | None
    out: Path


def write_recipe(cfg: Config, wish: Wish, command: str) -> str:
    """Write a recipe: the differences from a stock config.

    Args:
        cfg (Config): The stock config, of a top-down model of heatmaps.
        wish (Wish): What it is to be.
        command (str): The command that trains, to which the recipe's path is added.

    Returns:
        str: Python code.

    Raises:
        UserError: If the stock config has no crops, or no single labeled set.
    """
    head = [f'# {command} {wish.out}', f'# {METHODS[wish.method]}']
    blocks = [
        '\n'.join([*head, base(wish)]),
        '\n'.join([*run_settings(cfg), *_network_settings(cfg)]),
        assignment('model', _model(cfg, wish.method)),
        assignment('unlabeled', _unlabeled(cfg, wish)),
        '\n'.join(_loader(cfg, wish)),
    ]
    return '\n\n'.join(blocks) + '\n'


def base(wish: Wish) -> str:
    """Write which config a recipe builds on."""
    path = wish.stock
    if '::' not in path:
        path = osp.relpath(path, wish.out.parent)
        path = path if path.startswith('.') else f'./{path}'
    return assignment('_base_', concatenation(path, len('_base_ = ')))


def run_settings(cfg: Config, one_pipeline: bool = False) -> list[str]:
    """Write imports, seed and hooks.

    Args:
        cfg (Config): The stock config.
        one_pipeline (bool): Whether the recipe trains on the stock config's data set
            alone, so that hooks that switch its pipeline can stay.

    Returns:
        list[str]: Assignments.
    """
    return [
        *_imports(cfg),
        assignment('randomness', dict(seed=0, diff_rank_seed=True)),
        *_hooks(cfg, one_pipeline),
    ]


def _network_settings(cfg: Config) -> list[str]:
    """Write what several networks need."""
    lines = [assignment('val_cfg', dict(type='SemiValLoop'))]
    if 'LayerDecay' in (cfg.get('optim_wrapper') or {}).get('constructor', ''):
        lines += [
            '# The stock constructor knows network 1 alone.',
            assignment('optim_wrapper', dict(constructor='EachNetworkLayerDecay')),
        ]
    return lines


def _imports(cfg: Config) -> list[str]:
    imports: Any = ['semi_pose']
    if stock := (cfg.get('custom_imports') or {}).get('imports'):
        if 'semi_pose' in stock:
            return []
        imports = Code("[*_base_.custom_imports.imports, 'semi_pose']")
    value = dict(imports=imports, allow_failed_imports=False)
    return [assignment('custom_imports', value)]


def _hooks(cfg: Config, one_pipeline: bool) -> list[str]:
    kept, lines = '_base_.custom_hooks + ', []
    hooks = cfg.get('custom_hooks') or []
    if any(hook.type == 'SemiRunner' for hook in hooks):
        return []
    if not one_pipeline and any('PipelineSwitch' in hook.type for hook in hooks):
        lines = [
            '# PipelineSwitchHook knows one pipeline, and there are two now.',
            "kept = [one for one in _base_.custom_hooks if 'Pipeline' not in one.type]",
        ]
        kept = 'kept + '
    kept = kept if hooks else ''
    return [*lines, f"custom_hooks = {kept}[dict(type='SemiRunner')]"]


def _model(cfg: Config, method: str) -> dict:
    """Make the differences of the model: a method's settings, of the crop's size."""
    pieces = Config.fromfile(PIECES)
    changes = dict(
        single=dict(peer=None),
        dual={},
        standard=pieces.standard,
        mean_teacher=dict(pieces.standard, mean_teacher=0.001),
        multiaugs=pieces.multiaugs,
        sspcm=pieces.sspcm,
    )
    model = deepcopy({**pieces.dual, **changes[method]})
    del model['consistency_head']
    _scale_boxes(model, cfg.model.head.decoder.input_size)
    loss = cfg.model.head.get('loss') or {}
    loss = loss[-1] if isinstance(loss, (list, tuple)) else loss
    weight = loss.get('loss_weight', 1.0)
    return {
        **model,
        '# lambda is its `weight` (1); the loss counts as much as the labels.': 0,
        'consistency_head': dict(loss=dict(type='KeypointMSELoss', loss_weight=weight)),
    }


def _scale_boxes(model: dict, input_size: tuple[int, int]) -> None:
    """Fit the boxes of hard views to crops of another size."""
    factor = min(side / usual for side, usual in zip(input_size, CROP, strict=True))
    if factor == 1:
        return
    for node in dicts(model):
        if node.get('type') in JITTERED:
            node['jitter_std'] = max(round(JITTER_STD * factor), 1)
        if node.get('type') in BOXES:
            node['half_size'] = tuple(max(round(n * factor), 1) for n in HALF_SIZE)


def _unlabeled(cfg: Config, wish: Wish) -> dict:
    pipeline, dropped = easy_pipeline(cfg, wish)
    return {
        'type': 'UnlabeledDataset',
        **wish.people.settings,
        **({f'# The stock crop without {", ".join(dropped)}.': 0} if dropped else {}),
        'pipeline': pipeline,
    }


def easy_pipeline(cfg: Config, wish: Wish) -> tuple[list[dict], list[str]]:
    """Make the pipeline of unlabeled people out of the labeled ones'.

    Args:
        cfg (Config): The stock config.
        wish (Wish): What the recipe is to be.

    Returns:
        tuple[list[dict], list[str]]: The steps, and the types that are left out.

    Raises:
        UserError: If the stock config crops no people.
    """
    pipelines = (
        node.pipeline
        for node in dicts(cfg.train_dataloader.dataset)
        if any(step.type == 'TopdownAffine' for step in node.get('pipeline') or ())
    )
    stock = next(pipelines, None)
    if stock is None:
        raise UserError(
            f'{wish.stock}: no data set of train_dataloader has a pipeline with '
            'TopdownAffine, which crops people: name a top-down config.'
        )
    drawn = () if wish.method not in DRAWN_TWICE else DRAWN_CROPS
    is_kept = [step.type in EASY_STEPS and step.type not in drawn for step in stock]
    steps = [_easy_step(s, cfg) for s, kept in zip(stock, is_kept, strict=True) if kept]
    dropped = [s.type for s, kept in zip(stock, is_kept, strict=True) if not kept]
    return steps, [name.rpartition('.')[2] for name in dropped]


def _easy_step(step: Config, cfg: Config) -> dict:
    step = {key: value for key, value in step.items() if key != '_scope_'}
    if step['type'] == 'LoadImage':
        step['type'] = 'LoadImageOrSkip'
    codec = cfg.get('codec')
    if isinstance(codec, dict) and codec.get('input_size') == step.get('input_size'):
        step.update(input_size=Code('_base_.codec.input_size'))
    return step


def _loader(cfg: Config, wish: Wish) -> list[str]:
    """Write the pairs of labeled and unlabeled people."""
    loader = dict(dataset=Code('dict(pairs, _delete_=True)'))
    if (cfg.train_dataloader.get('sampler') or {}).get('type') == 'MultiSourceSampler':
        loader['sampler'] = dict(_delete_=True, type='DefaultSampler', shuffle=True)
    return [
        f'labeled = {labeled_set(cfg, wish)}',
        "pairs = dict(type='SemiDataset', labeled=labeled, unlabeled=unlabeled)",
        assignment('train_dataloader', loader),
    ]


def labeled_set(cfg: Config, wish: Wish) -> str:
    """Write the stock config's labeled set, of as many people as are wished.

    Raises:
        UserError: If these are to be fewer, and the set has several parts.
    """
    dataset, labeled = cfg.train_dataloader.dataset, '_base_.train_dataloader.dataset'
    if not wish.labels:
        return labeled
    if {'dataset', 'datasets'} & set(dataset):
        raise UserError(
            f'--labels: {wish.stock} joins several labeled sets ({dataset.type}): '
            'leave it out, and set their indices by hand.'
        )
    return f'dict({labeled}, indices={wish.labels})'
