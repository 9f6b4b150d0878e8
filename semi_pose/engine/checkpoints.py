"""Loading of weights, and errors for weights that do not fit."""

import logging
from collections.abc import Container
from pathlib import Path

import torch
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from mmengine.runner.checkpoint import CheckpointLoader
from torch import nn

from semi_pose.engine.plain_model import plain_model
from semi_pose.errors import UserError
from semi_pose.models import DualPoseEstimator
from semi_pose.models.members import find_member, member_weights

Weights = dict[str, torch.Tensor]


def check_checkpoint(path: str) -> None:
    """Check that a checkpoint exists.

    Args:
        path (str): A file, or an address, which is not checked.

    Raises:
        UserError: If there is no such file.
    """
    if '://' not in path and not Path(path).expanduser().is_file():
        raise UserError(
            f'Checkpoint {path} does not exist: correct the path, or train first.'
        )


def read_checkpoint(path: str) -> dict:
    """Read a checkpoint, onto the CPU.

    Args:
        path (str): Checkpoint file or address.

    Returns:
        dict: All that it holds.

    Raises:
        UserError: If there is no such file, or it is no checkpoint.
    """
    check_checkpoint(path)
    return CheckpointLoader.load_checkpoint(path, 'cpu', logger='silent')


def read_weights(path: str) -> Weights:
    """Read the weights of a checkpoint.

    Args:
        path (str): Checkpoint file or address.

    Returns:
        dict[str, Tensor]: Weights by name.

    Raises:
        UserError: If there is no such file, or it is no checkpoint.
    """
    return weights_in(read_checkpoint(path))


def load_weights(
    model: nn.Module,
    weights: Weights,
    path: str,
    needed: Container[str] | None = None,
) -> None:
    """Load weights into a model, all that it needs or none.

    Args:
        model (Module): The model, unwrapped.
        weights (dict[str, Tensor]): Weights by name; those that the model does not
            have are left out.
        path (str): The checkpoint that they are from, for the message.
        needed (Container[str], optional): Names that must not be missing. By default
            all of the model's.

    Raises:
        UserError: If weights are missing, or differ in shape.
    """
    weights, own = current_names(model, weights), model.state_dict()
    missing = [
        name for name in own if name not in weights and (not needed or name in needed)
    ]
    unlike = [
        name
        for name, value in own.items()
        if name in weights and weights[name].shape != value.shape
    ]
    faults = {'are missing': missing, 'differ in shape': unlike}
    found = [
        f'{len(names)} weights {fault}, first {names[0]}'
        for fault, names in faults.items()
        if names
    ]
    if found:
        raise UserError(
            f'Checkpoint {path} is of another model than the config '
            f'({"; ".join(found)}): use the config that it was trained with.'
        )
    model.load_state_dict(weights, strict=False)


def load_network(network: nn.Module, path: str) -> None:
    """Load network 1 of a checkpoint into one network.

    Args:
        network (Module): A TopdownPoseEstimator; of a DualPoseEstimator,
            network 1 is loaded.
        path (str): Checkpoint file, of MMPose or of this project.

    Raises:
        UserError: If there is no such file, or its weights do not fit.
    """
    extra = DualPoseEstimator.EXTRA_PARTS
    weights, own = (
        {name: one[name] for name in one if not name.startswith(extra)}
        for one in (read_weights(path), network.state_dict())
    )
    load_weights(network, weights, path, needed=own)


def load_member(model: nn.Module, path: str) -> None:
    """Load what a test of a model needs.

    Args:
        model (TopdownPoseEstimator): A stock model or a DualPoseEstimator, whose
            ``test_cfg`` says which of its networks is tested.
        path (str): Checkpoint file.

    Raises:
        UserError: If there is no such file, or weights are missing or differ in shape.
    """
    needed = member_weights(model, find_member(model))
    load_weights(model, read_weights(path), path, needed)


class RequireFit(Hook):
    """Refuse a checkpoint that leaves weights of the model unset.

    MMEngine only logs them and continues with random values.

    Args:
        path (str): The checkpoint, for the message.
        member (str, optional): The only member of the model whose weights must be in
            it. By default all weights must.
    """

    def __init__(self, path: str, member: str | None = None) -> None:
        self.path = path
        self.member = member

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Load the weights strictly; extra weights of the checkpoint are ignored.

        Raises:
            UserError: If weights are missing or differ in shape.
        """
        model = plain_model(runner)
        needed = None if self.member is None else member_weights(model, self.member)
        load_weights(model, weights_in(checkpoint), self.path, needed)


class StartNetworks(Hook):
    """Start all networks from ``load_from``, and refuse one that fits nothing.

    MMEngine loads what fits and logs the rest; of a stock checkpoint, that is network 1
    alone. Here the networks that the checkpoint does not have and that are built like
    network 1 start as it does. Teachers follow them from the first step. Weights that
    do not fit, such as a head for other joints, keep their own start.

    Args:
        path (str): The checkpoint, for messages.
    """

    # Before hooks that read the weights too.
    priority = 'VERY_HIGH'

    def __init__(self, path: str) -> None:
        self.path = path

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Complete the weights before the runner loads them.

        Raises:
            UserError: If none of them fits.
        """
        model = plain_model(runner)
        weights = current_names(model, weights_in(checkpoint))
        own = model.state_dict()
        fitting = {
            name: one for name, one in weights.items() if _shape(own, name) == one.shape
        }
        if not fitting:
            raise UserError(
                f'Checkpoint {self.path} fits nothing of the model. It has '
                f'{_first(weights)}; the model has {_first(own)}. Name another one in '
                'load_from, or, for the weights of a backbone alone, set '
                "model.backbone.init_cfg=dict(type='Pretrained', checkpoint=...)."
            )
        copied = {}
        for prefix in ('peer.', 'student.'):
            copied.update(_copies_of_network_1(fitting, own, prefix))
        fitting.update(copied)
        checkpoint['state_dict'] = {**own, **fitting}
        self._tell(own, fitting, bool(copied))

    def _tell(self, own: Weights, fitting: Weights, has_copies: bool) -> None:
        titles = {'': 'network 1', 'peer.': 'network 2', 'student.': 'the student'}
        extra = DualPoseEstimator.EXTRA_PARTS
        roles = {name.split('.')[0] + '.' for name in fitting}
        started = [one for key, one in titles.items() if key in roles or not key]
        left = [
            name
            for name in own
            if name not in fitting and not name.startswith(extra[2:])
        ]
        line = f'{", ".join(started)}: from {self.path}'
        if has_copies:
            line += ', which has network 1 alone'
        if left:
            line += f'; {len(left)} weights keep their own start, first {left[0]}'
        level = logging.WARNING if left else logging.INFO
        print_log(f'Started {line}.', 'current', level=level)


def _copies_of_network_1(fitting: Weights, own: Weights, prefix: str) -> Weights:
    """Return the weights of network 1 for one built like it that has none."""
    extra = DualPoseEstimator.EXTRA_PARTS
    first = {name: own[name].shape for name in own if not name.startswith(extra)}
    other = {
        name.removeprefix(prefix): one.shape
        for name, one in own.items()
        if name.startswith(prefix)
    }
    if first != other or any(name.startswith(prefix) for name in fitting):
        return {}
    return {prefix + name: one for name, one in fitting.items() if name in first}


def _shape(weights: Weights, name: str) -> torch.Size | None:
    return weights[name].shape if name in weights else None


def _first(weights: Weights) -> str:
    return ', '.join([*weights][:3]) + (', ...' if len(weights) > 3 else '')


def current_names(model: nn.Module, weights: Weights) -> Weights:
    """Rename weights of older releases of MMPose, as loading them does.

    Args:
        model (Module): The model that they are for.
        weights (dict[str, Tensor]): Weights by name; unchanged.

    Returns:
        dict[str, Tensor]: The weights by the model's names.
    """
    weights = dict(weights)
    for name, module in model.named_modules():
        prefix = f'{name}.' if name else ''
        for hook in module._load_state_dict_pre_hooks.values():
            hook(weights, prefix, {}, False, [], [], [])
    return weights


def weights_in(checkpoint: dict) -> Weights:
    """Return the weights of a checkpoint that is read, by name."""
    state = checkpoint.get('state_dict', checkpoint)
    return {name.removeprefix('module.'): value for name, value in state.items()}
