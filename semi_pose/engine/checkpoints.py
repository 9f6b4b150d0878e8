"""Loading of weights, and errors for weights that do not fit."""

from pathlib import Path

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.runner.checkpoint import CheckpointLoader

from semi_pose.engine.plain_model import plain_model
from semi_pose.errors import UserError
from semi_pose.models import DualPoseEstimator
from semi_pose.models.members import member_weights


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
        state = checkpoint.get('state_dict', checkpoint)
        state = {name.removeprefix('module.'): value for name, value in state.items()}
        try:
            keys = plain_model(runner).load_state_dict(state, strict=False)
        except RuntimeError as error:
            first = str(error).splitlines()[1].strip()
            raise self._misfit(first) from error
        missing = keys.missing_keys
        if self.member is not None:
            needed = member_weights(plain_model(runner), self.member)
            missing = [name for name in missing if name in needed]
        if missing:
            raise self._misfit(
                f'{len(missing)} weights are missing, first {missing[0]}'
            )

    def _misfit(self, why: str) -> UserError:
        return UserError(
            f'Checkpoint {self.path} is of another model than the config ({why}): use '
            'the config that it was trained with.'
        )


def load_network(network: torch.nn.Module, path: str) -> None:
    """Load one network of a stock or semi-supervised checkpoint.

    Args:
        network (Module): A TopdownPoseEstimator; of a DualPoseEstimator,
            network 1 is loaded.
        path (str): Checkpoint file; network 1 of it is taken.

    Raises:
        UserError: If there is no such file, or its weights fit no layer.
    """
    try:
        state = CheckpointLoader.load_checkpoint(path, map_location='cpu')
    except FileNotFoundError as error:
        raise UserError(
            f'Checkpoint {path} does not exist: train it first, or correct '
            'SemiRunner.warm_start.'
        ) from error
    state = state.get('state_dict', state)
    own = network.state_dict()
    extra = DualPoseEstimator.EXTRA_PARTS
    state, own = (
        {name: one[name] for name in one if not name.startswith(extra)}
        for one in (state, own)
    )
    missing = [name for name in own if name not in state]
    unlike = [
        name for name in own if name in state and own[name].shape != state[name].shape
    ]
    if missing or unlike:
        raise UserError(
            f'Checkpoint {path} is of another network: '
            f'{len(missing)} weights are missing and {len(unlike)} differ in shape, '
            f'the first is {(missing + unlike)[0]}.'
        )
    network.load_state_dict(state, strict=False)
